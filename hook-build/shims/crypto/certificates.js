const { host } = require('../host.js');
const { invalidArgType } = require('../errors.js');
const { bytesArgument } = require('./bytes.js');
const { KeyObject } = require('./key-object.js');

class X509Certificate {
  #read;
  constructor(certificate) {
    if (typeof certificate !== 'string' && !ArrayBuffer.isView(certificate)) {
      throw invalidArgType('buffer', 'of type string or an instance of Buffer, TypedArray, or DataView', certificate);
    }
    this.#read = host('x509', Buffer.from(bytesArgument('buffer', certificate)));
  }
  get raw() {
    return Buffer.from(this.#read.raw);
  }
  get publicKey() {
    return host('x509PublicKey', this.#read.raw);
  }
  get validFromDate() {
    return new Date(this.#read.validFrom);
  }
  get validToDate() {
    return new Date(this.#read.validTo);
  }
  get issuerCertificate() {
    return undefined;
  }
  checkIssued(other) {
    if (!(other instanceof X509Certificate)) throw invalidArgType('otherCert', 'an instance of X509Certificate', other);
    return host('x509Issued', this.#read.raw, other.#read.raw);
  }
  checkPrivateKey(key) {
    if (!(key instanceof KeyObject)) throw invalidArgType('pkey', 'an instance of KeyObject', key);
    return host('x509Method', this.#read.raw, 'checkPrivateKey', key);
  }
  verify(key) {
    if (!(key instanceof KeyObject)) throw invalidArgType('pkey', 'an instance of KeyObject', key);
    return host('x509Method', this.#read.raw, 'verify', key);
  }
  toString() {
    return host('x509Method', this.#read.raw, 'toString');
  }
  toJSON() {
    return this.toString();
  }
  toLegacyObject() {
    return host('x509Method', this.#read.raw, 'toLegacyObject');
  }
  static read(certificate, name) {
    return certificate.#read[name];
  }
}
const { read } = X509Certificate;
Reflect.deleteProperty(X509Certificate, 'read');

const READ = [
  'subject',
  'subjectAltName',
  'issuer',
  'infoAccess',
  'validFrom',
  'validTo',
  'fingerprint',
  'fingerprint256',
  'fingerprint512',
  'keyUsage',
  'serialNumber',
  'ca',
];
for (const name of READ) {
  Object.defineProperty(X509Certificate.prototype, name, {
    configurable: true,
    get() {
      return read(this, name);
    },
  });
}
for (const name of ['checkHost', 'checkEmail', 'checkIP']) {
  Object.defineProperty(X509Certificate.prototype, name, {
    configurable: true,
    writable: true,
    value: {
      [name](value, ...options) {
        return host('x509Method', this.raw, name, value, ...options);
      },
    }[name],
  });
}

/** A signed public key and challenge, as browsers once made it. */
class Certificate {
  static verifySpkac(spkac, encoding = undefined) {
    return host('certificate', 'verifySpkac', bytesArgument('spkac', spkac, encoding));
  }
  static exportPublicKey(spkac, encoding = undefined) {
    return host('certificate', 'exportPublicKey', bytesArgument('spkac', spkac, encoding));
  }
  static exportChallenge(spkac, encoding = undefined) {
    return host('certificate', 'exportChallenge', bytesArgument('spkac', spkac, encoding));
  }
}
for (const name of ['verifySpkac', 'exportPublicKey', 'exportChallenge']) {
  Certificate.prototype[name] = Certificate[name];
}

module.exports = { Certificate, X509Certificate };
