// atob, btoa, TextEncoder, TextDecoder, encodeURIComponent, structuredClone, string_decoder.
const { StringDecoder } = require('string_decoder');

module.exports = function (client, scope, audience, context, cb) {
  const payload = btoa(JSON.stringify({ sub: 'me' })).replace(/=+$/, '');
  const decoder = new StringDecoder('utf8');
  const bytes = new TextEncoder().encode('€');
  const original = { at: new Date(0), list: new Set([1]), nested: { n: [1] } };
  const clone = structuredClone(original);
  cb(null, {
    'https://orders.example.com/encodings': [
      JSON.parse(atob(payload)).sub,
      [...bytes],
      new TextDecoder().decode(bytes),
      encodeURIComponent('a b/ü'),
      unescape(escape('ü')),
      decoder.write(Buffer.from(bytes.slice(0, 2))) + decoder.end(Buffer.from(bytes.slice(2))),
      [clone !== original, clone.at instanceof Date, clone.list.has(1), clone.nested.n],
    ],
  });
};
