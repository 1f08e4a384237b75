const { bufferArgument } = require('./bytes.js');
const { digits, elements } = require('./der.js');
const forms = require('./key-forms.js');
const { fromPem, toPem } = require('./pem.js');

const MAKE = Symbol('make');

/** Node's KeyObject: secret bytes, SPKI of a public key or PKCS#8 of a private one. */
class KeyObject {
  #bytes;
  constructor(type, bytes, permission) {
    if (permission !== MAKE) throw new TypeError('Illegal constructor');
    this.type = type;
    this.#bytes = bytes;
    if (type === 'secret') {
      this.symmetricKeySize = bytes.length;
      return;
    }
    const { type: kind, curve, key } = forms.describe(bytes, type === 'private');
    this.asymmetricKeyType = kind;
    this.asymmetricKeyDetails = {};
    if (kind === 'ec') this.asymmetricKeyDetails.namedCurve = curve?.name;
    if (kind === 'rsa') {
      const [n, e] = elements(key).slice(type === 'private' ? 1 : 0);
      this.asymmetricKeyDetails.modulusLength = digits(n).length * 8 - Math.clz32(digits(n)[0]) + 24;
      this.asymmetricKeyDetails.publicExponent = BigInt(`0x${digits(e).toString('hex')}`);
    }
  }

  /** @param {{ format?: string, type?: string }} encoding */
  export({ format, type } = {}) {
    if (this.type === 'secret') {
      return format === 'jwk' ? { kty: 'oct', k: this.#bytes.toString('base64url') } : Buffer.from(this.#bytes);
    }
    const isPrivate = this.type === 'private';
    if (format === 'jwk') return forms.jwkOf(this.#bytes, isPrivate);
    const [label, der] = this.#as(type ?? (isPrivate ? 'pkcs8' : 'spki'), isPrivate);
    return format === 'der' ? Buffer.from(der) : toPem(label, der);
  }

  #as(type, isPrivate) {
    const inner = () => forms.describe(this.#bytes, isPrivate).key;
    if (type === 'pkcs1') return [isPrivate ? 'RSA PRIVATE KEY' : 'RSA PUBLIC KEY', inner()];
    if (type === 'sec1') return ['EC PRIVATE KEY', inner()];
    return [isPrivate ? 'PRIVATE KEY' : 'PUBLIC KEY', this.#bytes];
  }

  equals(other) {
    return other?.type === this.type && this.#bytes.equals(bytesOf(other));
  }

  get [Symbol.toStringTag]() {
    return 'KeyObject';
  }
}

function bytesOf(key) {
  return key.type === 'secret' ? key.export() : key.export({ format: 'der' });
}

function createSecretKey(key, encoding) {
  const bytes = typeof key === 'string' ? Buffer.from(key, encoding) : bufferArgument('key', key);
  return new KeyObject('secret', Buffer.from(bytes), MAKE);
}

function createPublicKey(input) {
  const { key, format, type } = unpack(input);
  if (key instanceof KeyObject) {
    if (key.type !== 'private') throw wrongKey(key);
    return publicOf(key.export({ format: 'der' }));
  }
  if (format === 'jwk') return new KeyObject('public', forms.spkiOfJwk(key), MAKE);
  const { label, der } = read(key, format, type === 'pkcs1' ? 'RSA PUBLIC KEY' : 'PUBLIC KEY');
  if (label === 'CERTIFICATE') return new KeyObject('public', forms.spkiOfCertificate(der), MAKE);
  if (label === 'PUBLIC KEY') return new KeyObject('public', der, MAKE);
  if (label === 'RSA PUBLIC KEY') return new KeyObject('public', forms.spkiOfPkcs1(der), MAKE);
  return publicOf(pkcs8(label, der));
}

function createPrivateKey(input) {
  const { key, format, type } = unpack(input);
  if (format === 'jwk') return new KeyObject('private', forms.pkcs8OfJwk(key), MAKE);
  const byType = { pkcs1: 'RSA PRIVATE KEY', sec1: 'EC PRIVATE KEY' };
  const { label, der } = read(key, format, byType[type] ?? 'PRIVATE KEY');
  return new KeyObject('private', pkcs8(label, der), MAKE);
}

function publicOf(der) {
  return new KeyObject('public', forms.spkiOfPkcs8(der), MAKE);
}

function pkcs8(label, der) {
  if (label === 'PRIVATE KEY') return der;
  if (label === 'RSA PRIVATE KEY') return forms.pkcs8OfPkcs1(der);
  if (label === 'EC PRIVATE KEY') return forms.pkcs8OfSec1(der);
  throw wrongKey();
}

function unpack(input) {
  const isWrapped =
    typeof input === 'object' &&
    input !== null &&
    'key' in input &&
    !ArrayBuffer.isView(input) &&
    !(input instanceof KeyObject);
  return isWrapped ? input : { key: input };
}

function read(key, format, labelOfDer) {
  if (typeof key !== 'string' && !ArrayBuffer.isView(key) && !(key instanceof ArrayBuffer)) throw wrongKey(key);
  if (format === 'der') return { label: labelOfDer, der: Buffer.from(key) };
  const block = fromPem(typeof key === 'string' ? key : Buffer.from(key).toString('latin1'));
  if (block === undefined) throw wrongKey();
  return block;
}

function wrongKey(value) {
  const message = value === undefined ? 'error:1E08010C:DECODER routines::unsupported' : 'Invalid key object type';
  return Object.assign(new TypeError(message), {
    code: value === undefined ? 'ERR_OSSL_UNSUPPORTED' : 'ERR_INVALID_ARG_TYPE',
  });
}

/** A key as the libraries under crypto-browserify take it: PEM, or the bytes of a secret. */
function plainKey(input) {
  if (input instanceof KeyObject) return input.type === 'secret' ? input.export() : input.export({ format: 'pem' });
  const { key, format } = unpack(input);
  if (key === input) return input;
  if (format === 'jwk') return plainKey(key.d === undefined ? createPublicKey(input) : createPrivateKey(input));
  if (format === 'der') return plainKey(input.type === 'spki' ? createPublicKey(input) : createPrivateKey(input));
  return { ...input, key: plainKey(key) };
}

module.exports = { KeyObject, createSecretKey, createPublicKey, createPrivateKey, plainKey };
