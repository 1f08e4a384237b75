module.exports.handler = (event, context, callback) => {
  if (!event.request.clientMetadata.tenant) return callback(new Error('tenant is missing'));
  callback(null, event);
};
