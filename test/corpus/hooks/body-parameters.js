// Every parameter of the request but the credentials, as a form or as JSON.
module.exports = function (client, scope, audience, context, cb) {
  cb(null, {
    'https://orders.example.com/body': context.body,
    'https://orders.example.com/keys': Object.keys(context.body).sort(),
  });
};
