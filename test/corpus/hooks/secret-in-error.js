// An error that holds a secret, given to `cb` by mistake.
module.exports = function (client, scope, audience, context, cb) {
  cb(new InvalidRequestError('refused by https://svc:' + context.webtask.secrets.API_KEY + '@internal/'));
};
