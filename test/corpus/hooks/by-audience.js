// A switch over the audience.
module.exports = function (client, scope, audience, context, cb) {
  switch (audience) {
    case 'https://orders.example.com/':
      return cb(null, { scope: scope, 'https://orders.example.com/shard': client.id.length % 4 });
    case 'https://no-scopes.example.com/':
      return cb(null, { 'https://no-scopes.example.com/scope': typeof scope });
    default:
      return cb(new InvalidRequestError('unexpected audience ' + audience));
  }
};
