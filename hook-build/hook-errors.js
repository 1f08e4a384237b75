// Prepended to every hook's script, in one scope with it, as Auth0 did (contract §1.2): the classes are there without a
// require, and a hook that declares one of these names again does not compile.
class ExtensibilityUserError extends Error {
  constructor(message) {
    super(message);
    this.name = this.constructor.name;
  }
}
class InvalidRequestError extends ExtensibilityUserError {}
class InvalidScopeError extends ExtensibilityUserError {}
class ServerError extends ExtensibilityUserError {}
