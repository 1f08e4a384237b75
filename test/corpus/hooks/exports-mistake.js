// `exports.hook`, a name of nobody's: there is no function to call.
exports.hook = function (client, scope, audience, context, cb) {
  cb(null, { scope: scope });
};
