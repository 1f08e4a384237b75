// `scope.push` without a guard: a grant without scopes is a TypeError that nobody catches.
module.exports = function (client, scope, audience, context, cb) {
  scope.push('extra');
  cb(null, { scope: scope });
};
