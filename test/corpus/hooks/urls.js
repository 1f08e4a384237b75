// URL, URLSearchParams, url.parse, url.format and querystring.
const url = require('url');
const querystring = require('querystring');

module.exports = function (client, scope, audience, context, cb) {
  const parsed = url.parse('https://user:pw@example.com:8443/a/b?x=1&y=2&x=3#h', true);
  const built = new URL('/path', 'https://example.com');
  built.searchParams.append('q', 'a b&c');
  built.searchParams.set('ü', '1');
  cb(null, {
    'https://orders.example.com/urls': [
      [parsed.host, parsed.pathname, { ...parsed.query }, parsed.auth],
      url.format({ protocol: 'https', host: 'example.com', pathname: '/x', query: { a: 1 } }),
      url.resolve('https://example.com/a/b', '../c'),
      built.href,
      [...new URLSearchParams('a=1&a=2').getAll('a')],
      querystring.stringify({ a: [1, 2], b: 'x y' }),
      { ...querystring.parse('a=1&a=2&b=x%20y') },
      querystring.escape('a/b'),
    ],
  });
};
