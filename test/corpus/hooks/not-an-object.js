// Calls back with an array, or with text, instead of an object.
module.exports = function (client, scope, audience, context, cb) {
  cb(null, context.body.text ? 'claims' : [{ scope: scope }]);
};
