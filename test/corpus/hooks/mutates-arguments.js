// Changes its arguments: that stays with this run.
module.exports = function (client, scope, audience, context, cb) {
  var seen = [
    client.name,
    client.metadata.plan,
    scope.length,
    context.body.note,
    context.webtask.secrets.API_KEY.length,
  ];
  client.name = client.id = 'changed';
  client.metadata.plan = 'changed';
  context.body.note = 'changed';
  context.webtask.secrets.API_KEY = 'changed';
  scope.length = 0;
  cb(null, { scope: ['none:left'], 'https://orders.example.com/seen': seen });
};
