// `cb()` without claims.
module.exports = function (client, scope, audience, context, cb) {
  if (client.metadata.unheard) return cb(null, { scope: scope });
  cb();
};
