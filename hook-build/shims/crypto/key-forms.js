// The forms that keys are written in, to and from SPKI (public) and PKCS#8 (private).
const { TAG, encode, unsigned, elements, digits } = require('./der.js');

const hex = (text) => Buffer.from(text, 'hex');
const OID = { rsa: hex('2a864886f70d010101'), ec: hex('2a8648ce3d0201') };
const TYPES = {
  '2a864886f70d010101': 'rsa',
  '2a864886f70d01010a': 'rsa-pss',
  '2a8648ce3d0201': 'ec',
  '2b6570': 'ed25519',
  '2b6571': 'ed448',
  '2b656e': 'x25519',
};
const CURVES = [
  { oid: '2a8648ce3d030107', name: 'prime256v1', jwk: 'P-256', bytes: 32 },
  { oid: '2b81040022', name: 'secp384r1', jwk: 'P-384', bytes: 48 },
  { oid: '2b81040023', name: 'secp521r1', jwk: 'P-521', bytes: 66 },
  { oid: '2b8104000a', name: 'secp256k1', jwk: 'secp256k1', bytes: 32 },
];
const ZERO = unsigned(Buffer.from([0]));
const RSA = encode(TAG.sequence, encode(TAG.oid, OID.rsa), encode(TAG.null));

const bits = (bytes) => encode(TAG.bits, Buffer.from([0]), bytes);
const ecAlgorithm = (curveOid) => encode(TAG.sequence, encode(TAG.oid, OID.ec), encode(TAG.oid, curveOid));
const bytesOf = (text) => Buffer.from(text, 'base64url');

function spkiOfPkcs1(der) {
  return encode(TAG.sequence, RSA, bits(der));
}

function pkcs8OfPkcs1(der) {
  return encode(TAG.sequence, ZERO, RSA, encode(TAG.octets, der));
}

function pkcs8OfSec1(der) {
  const parameters = elements(der).find(({ tag }) => tag === 0xa0);
  if (parameters === undefined) throw new Error('not a key: an EC key without its curve');
  const algorithm = encode(TAG.sequence, encode(TAG.oid, OID.ec), parameters.content);
  return encode(TAG.sequence, ZERO, algorithm, encode(TAG.octets, der));
}

function spkiOfCertificate(der) {
  const fields = elements(elements(der)[0].whole);
  const explicitVersion = fields[0].tag === 0xa0 ? 1 : 0;
  return fields[5 + explicitVersion].whole;
}

/** What a key of either form is: `{ type, curve, algorithm, key }`. */
function describe(der, isPrivate) {
  const fields = elements(der);
  const algorithm = fields[isPrivate ? 1 : 0];
  const [oid, parameters] = elements(algorithm.whole);
  const type = TYPES[oid.content.toString('hex')];
  if (type === undefined) throw new Error('not a key: of an unknown kind');
  const curve = type === 'ec' ? CURVES.find((one) => one.oid === parameters.content.toString('hex')) : undefined;
  const { content } = fields[isPrivate ? 2 : 1];
  return { type, curve, key: isPrivate ? content : content.subarray(1) };
}

function spkiOfPkcs8(der) {
  const { type, curve, key } = describe(der, true);
  if (type === 'rsa') {
    const [, n, e] = elements(key);
    return spkiOfPkcs1(encode(TAG.sequence, n.whole, e.whole));
  }
  if (type === 'ec' && curve !== undefined)
    return encode(TAG.sequence, ecAlgorithm(hex(curve.oid)), bits(pointOf(key, curve)));
  throw new Error(`public keys of ${type} keys are not available in hooks`);
}

function pointOf(sec1, curve) {
  const point = elements(sec1).find(({ tag }) => tag === 0xa1);
  if (point !== undefined) return elements(point.whole, 0xa1)[0].content.subarray(1);
  const ecdh = require('create-ecdh')(curve.name);
  ecdh.setPrivateKey(elements(sec1)[1].content);
  return ecdh.getPublicKey();
}

function spkiOfJwk(jwk) {
  if (jwk.kty === 'RSA') return spkiOfPkcs1(encode(TAG.sequence, unsigned(bytesOf(jwk.n)), unsigned(bytesOf(jwk.e))));
  const curve = CURVES.find(({ jwk: name }) => name === jwk.crv);
  if (jwk.kty !== 'EC' || curve === undefined)
    throw new Error(`keys of kind ${jwk.crv ?? jwk.kty} are not available in hooks`);
  return encode(TAG.sequence, ecAlgorithm(hex(curve.oid)), bits(pointOfJwk(jwk)));
}

function pkcs8OfJwk(jwk) {
  if (jwk.kty === 'RSA') {
    const numbers = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'].map((name) => unsigned(bytesOf(jwk[name])));
    return pkcs8OfPkcs1(encode(TAG.sequence, ZERO, ...numbers));
  }
  const curve = CURVES.find(({ jwk: name }) => name === jwk.crv);
  if (jwk.kty !== 'EC' || curve === undefined)
    throw new Error(`keys of kind ${jwk.crv ?? jwk.kty} are not available in hooks`);
  const one = unsigned(Buffer.from([1]));
  const point = encode(0xa1, bits(pointOfJwk(jwk)));
  const sec1 = encode(TAG.sequence, one, encode(TAG.octets, bytesOf(jwk.d)), point);
  return encode(TAG.sequence, ZERO, ecAlgorithm(hex(curve.oid)), encode(TAG.octets, sec1));
}

function pointOfJwk({ x, y }) {
  return Buffer.concat([Buffer.from([4]), bytesOf(x), bytesOf(y)]);
}

function jwkOf(der, isPrivate) {
  const spki = isPrivate ? spkiOfPkcs8(der) : der;
  const { type, curve, key } = describe(spki, false);
  const inner = isPrivate ? elements(describe(der, true).key) : [];
  const text = (element) => digits(element).toString('base64url');
  if (type === 'rsa') {
    const [n, e] = elements(key);
    const jwk = { kty: 'RSA', n: text(n), e: text(e) };
    if (isPrivate) ['d', 'p', 'q', 'dp', 'dq', 'qi'].forEach((name, i) => (jwk[name] = text(inner[i + 3])));
    return jwk;
  }
  if (curve === undefined) throw new Error(`${type} keys are not available in hooks`);
  const x = key.subarray(1, 1 + curve.bytes).toString('base64url');
  const y = key.subarray(1 + curve.bytes).toString('base64url');
  return { kty: 'EC', crv: curve.jwk, x, y, ...(isPrivate ? { d: inner[1].content.toString('base64url') } : {}) };
}

module.exports = {
  describe,
  jwkOf,
  pkcs8OfJwk,
  pkcs8OfPkcs1,
  pkcs8OfSec1,
  spkiOfCertificate,
  spkiOfJwk,
  spkiOfPkcs1,
  spkiOfPkcs8,
};
