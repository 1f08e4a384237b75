// Validates by throwing, and turns what was thrown into an answer itself.
function check(condition, message) {
  if (!condition) throw new InvalidRequestError(message);
}

module.exports = function (client, scope, audience, context, cb) {
  try {
    check(/^[a-z]{2}$/.test(context.body.country), 'country must be two letters');
    check(context.body.country !== 'xx', 'xx is no country');
  } catch (e) {
    return cb(e instanceof InvalidRequestError ? e : new ServerError(e.message));
  }
  cb(null, { scope: scope, 'https://orders.example.com/country': context.body.country.toUpperCase() });
};
