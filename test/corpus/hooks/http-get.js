// `http.get` and `http.request` with own headers, chunks put together by hand.
const http = require('http');
const { URL } = require('url');

function getJson(url, headers, callback) {
  http
    .get(url, { headers: headers }, function (res) {
      var chunks = [];
      res.on('data', function (chunk) {
        chunks.push(chunk);
      });
      res.on('end', function () {
        callback(null, res.statusCode, JSON.parse(Buffer.concat(chunks).toString()));
      });
    })
    .on('error', callback);
}

module.exports = function (client, scope, audience, context, cb) {
  var url = new URL(context.webtask.secrets.API_URL);
  getJson(url.href + 'users', { 'X-Api-Key': 'k' }, function (err, status, users) {
    if (err) return cb(err);
    var body = JSON.stringify({ n: 1 });
    var req = http.request(
      {
        hostname: url.hostname,
        port: url.port,
        path: '/echo?q=1',
        method: 'PUT',
        headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
      },
      function (res) {
        res.setEncoding('utf8');
        var text = '';
        res.on('data', (chunk) => (text += chunk));
        res.on('end', function () {
          var echo = JSON.parse(text);
          cb(null, { 'https://orders.example.com/seen': [status, users.roles, echo.method, echo.url, echo.body] });
        });
      },
    );
    req.on('error', cb);
    req.write(body);
    req.end();
  });
};
