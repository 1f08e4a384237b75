// The vendor's sample: a namespaced claim, and a scope that no grant knows pushed onto the array that came in.
module.exports = function (client, scope, audience, context, cb) {
  var access_token = {};
  access_token['https://foo.com/claim'] = 'bar';
  access_token.scope = scope;
  access_token.scope.push('extra');
  cb(null, access_token);
};
