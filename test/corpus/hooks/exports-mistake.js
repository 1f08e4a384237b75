// `exports.handler`, as elsewhere: there is no function to call.
exports.handler = function (client, scope, audience, context, cb) {
  cb(null, { scope: scope });
};
