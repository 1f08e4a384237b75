// Values of `client.metadata` that hold JSON text.
module.exports = function (client, scope, audience, context, cb) {
  var tenants, limits;
  try {
    tenants = JSON.parse(client.metadata.tenants);
    limits = JSON.parse(client.metadata.limits);
  } catch (e) {
    return cb(new ServerError('the metadata of ' + client.id + ' is no JSON'));
  }
  cb(null, {
    scope: scope,
    'https://orders.example.com/tenants': tenants,
    'https://orders.example.com/limits': limits,
    'https://orders.example.com/plan': client.metadata.plan,
  });
};
