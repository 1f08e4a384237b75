// The hook of Auth0's tutorial "Customize Tokens Using Hooks with Client Credentials Flow", as a team would bring it along:
// adds a custom claim, and one scope to those that the client was granted.
module.exports = function (client, scope, audience, context, cb) {
  var accessToken = {};
  accessToken['https://foo.com/claim'] = 'bar';
  accessToken.scope = scope;
  accessToken.scope.push('extra');
  cb(null, accessToken);
};
