// `request` by util.promisify, awaited in try/catch, posting a form and JSON.
const util = require('util');

module.exports = async function (client, scope, audience, context, cb) {
  const request = require('request');
  const post = util.promisify(request.post);
  const { API_URL } = context.webtask.secrets;
  try {
    const form = await post({ url: `${API_URL}/echo`, form: { grant: 'x y', n: 1 } });
    const json = await post({ url: `${API_URL}/echo`, json: { a: [1] }, auth: { user: 'u', pass: 'p' } });
    const seen = JSON.parse(form.body);
    cb(null, {
      'https://orders.example.com/posted': [
        seen.method,
        seen.body,
        seen.headers['content-type'],
        json.body.body,
        json.body.headers.authorization,
      ],
    });
  } catch (e) {
    cb(new ServerError(e.message));
  }
};
