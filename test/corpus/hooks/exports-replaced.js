// `exports = function`: replaces a variable and exports nothing.
exports = function (client, scope, audience, context, cb) {
  cb(null, { scope: scope });
};
