// Node's cryptography is the platform's: keys, data and options go to Node's own functions, in the process around the isolate.
const { constants } = require('./crypto/constants.js');
const callable = require('./callable.js');
const { Certificate, X509Certificate } = require('./crypto/certificates.js');
const ciphers = require('./crypto/ciphers.js');
const exchange = require('./crypto/exchange.js');
const hashes = require('./crypto/hashes.js');
const keys = require('./crypto/key-object.js');
const random = require('./crypto/random.js');
const signatures = require('./crypto/signatures.js');
const { coded, invalidArgType } = require('./errors.js');
const { host, hostLater } = require('./host.js');

const webcrypto = globalThis.crypto;

/** Calls back with what is done; what Node has against the arguments it says before it misses the callback. */
function calledBack(callback, operation, args) {
  if (typeof callback === 'function') return hostLater(callback, operation, ...args);
  host(operation, ...args);
  throw invalidArgType('callback', 'of type function', callback);
}
/** One that is waited for, and one that calls back with the same. */
function derivation(operation) {
  return {
    sync: (...args) => host(operation, ...args),
    // A callback in the place of the last argument is one that was forgotten.
    asynchronous: (a, b, c, d, e, callback) =>
      calledBack(typeof e === 'function' ? e : callback, operation, [
        a,
        b,
        c,
        d,
        typeof e === 'function' ? undefined : e,
      ]),
  };
}
const pbkdf2 = derivation('pbkdf2');
const hkdf = derivation('hkdf');

function scrypt(password, salt, length, options, callback) {
  const isShort = typeof options === 'function' || callback === undefined;
  calledBack(isShort ? options : callback, 'scrypt', [password, salt, length, isShort ? undefined : options]);
}

const encryption = (name) => (key, bytes) => host(name, key, bytes);
/** Asked for once: they do not change. */
const listed = (name) => {
  let list;
  return () => [...(list ??= host(name))];
};

module.exports = {
  Certificate,
  Cipheriv: ciphers.Cipheriv,
  Decipheriv: ciphers.Decipheriv,
  createCipheriv: ciphers.createCipheriv,
  createDecipheriv: ciphers.createDecipheriv,
  ...exchange,
  ...hashes,
  ...keys,
  ...random,
  ...signatures,
  X509Certificate,
  constants,
  getCipherInfo: (nameOrNid, options = undefined) => host('getCipherInfo', nameOrNid, options),
  getCiphers: listed('getCiphers'),
  getCurves: listed('getCurves'),
  getHashes: listed('getHashes'),
  getFips: () => 0,
  setFips() {
    throw coded(Error, 'ERR_NOT_AVAILABLE_IN_HOOKS', 'crypto.setFips is not available in hooks');
  },
  setEngine() {
    throw coded(Error, 'ERR_NOT_AVAILABLE_IN_HOOKS', 'crypto.setEngine is not available in hooks');
  },
  secureHeapUsed: () => ({ total: 0, used: 0, utilization: 0, min: 2 }),
  hkdf: hkdf.asynchronous,
  hkdfSync: hkdf.sync,
  pbkdf2: pbkdf2.asynchronous,
  pbkdf2Sync: pbkdf2.sync,
  scrypt,
  scryptSync: (password, salt, length, options = undefined) => host('scrypt', password, salt, length, options),
  privateDecrypt: encryption('privateDecrypt'),
  privateEncrypt: encryption('privateEncrypt'),
  publicDecrypt: encryption('publicDecrypt'),
  publicEncrypt: encryption('publicEncrypt'),
  timingSafeEqual: (a, b) => host('timingSafeEqual', a, b),
  webcrypto,
  subtle: webcrypto.subtle,
  getRandomValues: (array) => webcrypto.getRandomValues(array),
};
const CALLABLE = [
  'Certificate',
  'Cipheriv',
  'Decipheriv',
  'DiffieHellman',
  'DiffieHellmanGroup',
  'ECDH',
  'Hash',
  'Hmac',
  'Sign',
  'Verify',
];
for (const name of CALLABLE) module.exports[name] = callable(module.exports[name]);
for (const [name, value] of Object.entries(module.exports)) {
  if (typeof value === 'function' && value.name !== name && !/^[A-Z]/.test(name))
    Object.defineProperty(value, 'name', { configurable: true, value: name });
}
