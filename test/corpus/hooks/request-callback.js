// `request`, required inside of the function, with a callback, secrets in headers and `json: true`.
module.exports = function (client, scope, audience, context, cb) {
  var request = require('request');
  request.get(
    {
      url: context.webtask.secrets.API_URL + '/users',
      qs: { client: client.id },
      headers: { 'x-api-key': context.webtask.secrets.API_KEY },
      json: true,
    },
    function (err, response, body) {
      if (err) return cb(err);
      if (response.statusCode !== 200) return cb(new ServerError('users: ' + response.statusCode));
      cb(null, { scope: scope, 'https://orders.example.com/roles': body.roles });
    },
  );
};
