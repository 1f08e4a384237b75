// What the system's errors are called and mean, as the process around the isolate has them.
const { host } = require('../host.js');
const { invalidArgType, outOfRange } = require('../errors.js');

let known;
const errors = () => (known ??= new Map(host('systemErrors').map(([number, name, text]) => [number, [name, text]])));

function requireNumber(error) {
  if (typeof error !== 'number') throw invalidArgType('err', 'of type number', error);
  if (error >= 0 || !Number.isSafeInteger(error)) throw outOfRange('err', 'a negative integer', error);
}

function getSystemErrorName(error) {
  requireNumber(error);
  return errors().get(error)?.[0] ?? `Unknown system error ${error}`;
}

function getSystemErrorMessage(error) {
  requireNumber(error);
  return errors().get(error)?.[1] ?? `Unknown system error ${error}`;
}

module.exports = { getSystemErrorMap: () => new Map(errors()), getSystemErrorMessage, getSystemErrorName };
