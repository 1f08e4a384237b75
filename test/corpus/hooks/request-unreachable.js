// `request` to a server that is not there: the error comes to the callback.
module.exports = function (client, scope, audience, context, cb) {
  const request = require('request');
  request({ url: context.webtask.secrets.DEAD_URL, timeout: 2000 }, function (err, response) {
    cb(null, { 'https://orders.example.com/failed': [err instanceof Error, typeof err.code, response === undefined] });
  });
};
