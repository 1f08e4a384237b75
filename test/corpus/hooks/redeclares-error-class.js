// Declares a class of the name of one that every hook has already: it does not compile.
class InvalidScopeError extends Error {}

module.exports = (client, scope, audience, context, cb) => cb(new InvalidScopeError('mine'));
