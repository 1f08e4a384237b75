// Names that are not namespaced, the vendor's own or reserved: dropped, the rest is kept.
module.exports = function (client, scope, audience, context, cb) {
  cb(null, {
    role: 'admin',
    sub: 'someone else',
    iss: 'https://evil.example.com/',
    permissions: ['everything'],
    'https://tenant.auth0.com/role': 'admin',
    'https://auth0.com.example.com/role': 'kept',
    'http://orders.example.com/role': 'kept too',
    'urn:orders:role': 'dropped',
    scope: scope,
  });
};
