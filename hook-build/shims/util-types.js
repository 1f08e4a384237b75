const types = { ...require('util/support/types') };
const tag = (name) => (value) => Object.prototype.toString.call(value) === `[object ${name}]`;

types.isKeyObject = (value) => typeof value?.export === 'function' && tag('KeyObject')(value);
types.isCryptoKey = tag('CryptoKey');
types.isProxy = () => false;
types.isExternal = () => false;
types.isModuleNamespaceObject = tag('Module');
types.isNativeError ??= (value) => Error.isError?.(value) ?? value instanceof Error;

module.exports = types;
