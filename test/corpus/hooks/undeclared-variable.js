// Assigns to variables that were never declared, in sloppy mode.
module.exports = function (client, scope, audience, context, cb) {
  access_token = {};
  access_token.scope = scope;
  for (i = 0; i < scope.length; i++) last = scope[i];
  access_token['https://orders.example.com/last'] = [last, i, typeof globalThis.access_token];
  cb(null, access_token);
};
