// A result that refers to itself.
module.exports = function (client, scope, audience, context, cb) {
  var token = { scope: scope };
  token['https://orders.example.com/self'] = token;
  cb(null, token);
};
