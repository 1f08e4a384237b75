// Adds a scope where the grant may have none.
module.exports = function (client, scope, audience, context, cb) {
  var scopes = Array.isArray(scope) ? scope.slice() : [];
  if (scopes.indexOf('read:profile') === -1) scopes.push('read:profile');
  cb(null, { scope: scopes });
};
