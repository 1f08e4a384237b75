const { coded, invalidArgType } = require('../errors.js');
const { encodingOf, viewOf } = require('./bytes.js');
const { KeyObject } = require('./key-object.js');

const KEYS = 'ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey';

/** The bytes of a secret key. */
function secretArgument(name, value, encoding = undefined) {
  if (value instanceof KeyObject) {
    if (value.type !== 'secret')
      throw coded(
        TypeError,
        'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE',
        `Invalid key object type ${value.type}, expected secret.`,
      );
    return value.export();
  }
  if (Object.prototype.toString.call(value) === '[object CryptoKey]')
    throw coded(
      Error,
      'ERR_NOT_AVAILABLE_IN_HOOKS',
      'a CryptoKey is for crypto.subtle in hooks: use crypto.subtle, or export the key',
    );
  const bytes = typeof value === 'string' ? Buffer.from(value, encodingOf(encoding)) : viewOf(value);
  if (bytes === undefined) throw invalidArgType(name, `of type string or an instance of ${KEYS}`, value);
  return bytes;
}

module.exports = { secretArgument };
