const { Writable } = require('stream');
const { host, hostLater } = require('../host.js');
const { coded, invalidArgType, requireString } = require('../errors.js');
const { bytesArgument, dataArgument } = require('./bytes.js');
const { Gathered } = require('./gathered.js');

/** Names that were found good, so that the host need not be asked again. */
const known = new Set();

/** What `createSign` and `createVerify` give: streams that gather what is signed. */
class Signing extends Writable {
  #finalized = false;
  constructor(kind, algorithm, options) {
    super(options);
    requireString('algorithm', algorithm);
    if (!known.has(algorithm)) host('createSign', algorithm);
    known.add(algorithm);
    this.algorithm = algorithm;
    this.gathered = new Gathered(kind, algorithm);
    for (const name of ['algorithm', 'gathered']) Object.defineProperty(this, name, { enumerable: false });
  }
  _write(chunk, encoding, callback) {
    this.update(chunk, encoding);
    callback();
  }
  update(data, encoding = undefined) {
    if (this.#finalized) throw notReady();
    this.gathered.add(dataArgument('data', data, encoding));
    return this;
  }
  finish() {
    if (this.#finalized) throw notReady();
    this.#finalized = true;
  }
}
const notReady = () => coded(Error, 'ERR_CRYPTO_INVALID_STATE', 'Not initialised');

class Sign extends Signing {
  constructor(algorithm, options = undefined) {
    super('sign', algorithm, options);
  }
  sign(key, encoding = undefined) {
    if (!key) throw coded(Error, 'ERR_CRYPTO_SIGN_KEY_REQUIRED', 'No key provided to sign');
    this.finish();
    const signature = this.gathered.end('sign', (data) => host('signStream', this.algorithm, data, key), key);
    return encoding && encoding !== 'buffer' ? signature.toString(encoding) : signature;
  }
}

class Verify extends Signing {
  constructor(algorithm, options = undefined) {
    super('verify', algorithm, options);
  }
  verify(key, signature, encoding = undefined) {
    const bytes = bytesArgument('signature', signature, encoding);
    this.finish();
    return this.gathered.end('verify', (data) => host('verifyStream', this.algorithm, data, key, bytes), key, bytes);
  }
}

const createSign = (algorithm, options = undefined) => new Sign(algorithm, options);
const createVerify = (algorithm, options = undefined) => new Verify(algorithm, options);

const isCallback = (callback) => {
  if (callback !== undefined && typeof callback !== 'function')
    throw invalidArgType('callback', 'of type function', callback);
  return callback !== undefined;
};

function sign(algorithm, data, key, callback = undefined) {
  return isCallback(callback) ? hostLater(callback, 'sign', algorithm, data, key) : host('sign', algorithm, data, key);
}

function verify(algorithm, data, key, signature, callback = undefined) {
  return isCallback(callback)
    ? hostLater(callback, 'verify', algorithm, data, key, signature)
    : host('verify', algorithm, data, key, signature);
}

module.exports = { Sign, Verify, createSign, createVerify, sign, verify };
