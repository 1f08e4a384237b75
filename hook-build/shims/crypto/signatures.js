const base = require('crypto-browserify');
const { plainKey } = require('./key-object.js');
const { TAG, digits, elements, encode, unsigned } = require('./der.js');
const { coded, requireString } = require('../errors.js');
const { digestOf } = require('./hashes.js');

const PSS = 6;

/** OpenSSL's names of digests are the same in capitals, with a hyphen, and after `RSA-`. */
function signedDigest(algorithm) {
  requireString('algorithm', algorithm);
  const digest = digestOf(algorithm);
  if (digest === undefined) throw coded(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${algorithm}`);
  return digest;
}

/** `createSign` and `createVerify` that take key objects and both forms of ECDSA signatures. */
function createSign(algorithm) {
  const sign = base.createSign(signedDigest(algorithm));
  const signPlain = sign.sign.bind(sign);
  sign.sign = (key, encoding) => {
    requireNoPss(key);
    const der = signPlain(pemOf(key));
    const signature = key?.dsaEncoding === 'ieee-p1363' ? toP1363(der, key) : der;
    return encoding ? signature.toString(encoding) : signature;
  };
  return sign;
}

function createVerify(algorithm) {
  const verify = base.createVerify(signedDigest(algorithm));
  const verifyPlain = verify.verify.bind(verify);
  verify.verify = (key, signature, encoding) => {
    requireNoPss(key);
    const bytes = typeof signature === 'string' ? Buffer.from(signature, encoding) : Buffer.from(signature);
    try {
      return verifyPlain(pemOf(key), key?.dsaEncoding === 'ieee-p1363' ? fromP1363(bytes) : bytes);
    } catch (error) {
      // A signature of the wrong length or make is no error in Node.
      if (/asn1|signature|der/i.test(String(error?.message))) return false;
      throw error;
    }
  };
  return verify;
}

function sign(algorithm, data, key, callback) {
  return answer(callback, () =>
    createSign(algorithm ?? 'sha256')
      .update(data)
      .sign(key),
  );
}

function verify(algorithm, data, key, signature, callback) {
  return answer(callback, () =>
    createVerify(algorithm ?? 'sha256')
      .update(data)
      .verify(key, signature),
  );
}

function answer(callback, work) {
  if (callback === undefined) return work();
  let result;
  try {
    result = work();
  } catch (error) {
    queueMicrotask(() => callback(error));
    return undefined;
  }
  queueMicrotask(() => callback(null, result));
  return undefined;
}

function pemOf(key) {
  const plain = plainKey(key);
  return typeof plain === 'object' && 'key' in plain && plain.passphrase === undefined ? plain.key : plain;
}

function requireNoPss(key) {
  if (key?.padding !== PSS) return;
  throw Object.assign(new Error('RSA-PSS is not available in hooks: use RS256 or ES256, or crypto.subtle'), {
    code: 'ERR_NOT_AVAILABLE_IN_HOOKS',
  });
}

function toP1363(der, key) {
  const [r, s] = elements(der).map(digits);
  const { createPrivateKey } = require('./key-object.js');
  const { namedCurve } = createPrivateKey(plainKey(key)).asymmetricKeyDetails;
  const size = { secp384r1: 48, secp521r1: 66 }[namedCurve] ?? 32;
  const out = Buffer.alloc(2 * size);
  r.copy(out, size - r.length);
  s.copy(out, 2 * size - s.length);
  return out;
}

function fromP1363(bytes) {
  const half = bytes.length / 2;
  return encode(TAG.sequence, unsigned(bytes.subarray(0, half)), unsigned(bytes.subarray(half)));
}

module.exports = { createSign, createVerify, sign, verify };
