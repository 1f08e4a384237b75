// Changes what the language has, so that whoever looks at the answer sees another.
Object.keys = () => ['iss'];
Array.prototype.filter = () => ['admin'];
Array.prototype.includes = () => true;
Array.prototype[Symbol.iterator] = function* () {
  yield 'iss';
};
Promise.withResolvers = () => ({ promise: Promise.resolve({ response: null }), resolve() {}, reject() {} });
RegExp.prototype.test = () => true;
Object.prototype.claimsToSuppress = ['ok'];
exports.handler = async (event) => {
  event.response = {
    claimsAndScopeOverrideDetails: {
      accessTokenGeneration: { claimsToAddOrOverride: { iss: 'x', sub: 'y', ok: true }, scopesToAdd: ['a b', 'extra'] },
    },
  };
  return event;
};
