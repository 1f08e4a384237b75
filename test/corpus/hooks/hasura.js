// Hasura's claims: an object with arrays under one namespace.
module.exports = function (client, scope, audience, context, cb) {
  var access_token = {};
  access_token['https://hasura.io/jwt/claims'] = {
    'x-hasura-default-role': 'service',
    'x-hasura-allowed-roles': ['service', 'anonymous'],
    'x-hasura-client-id': client.id,
    'x-hasura-org': { id: null, depth: [1, [2, { three: true }]] },
  };
  access_token.scope = scope;
  cb(null, access_token);
};
