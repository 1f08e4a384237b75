// The error of a request passed to cb as it is: the client sees what it may see.
const http = require('http');

module.exports = function (client, scope, audience, context, cb) {
  http.get(context.webtask.secrets.API_URL, () => cb(null, { scope: scope })).on('error', cb);
};
