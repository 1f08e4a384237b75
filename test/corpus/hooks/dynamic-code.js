// `new Function` and `eval`, for rules that are kept as text.
module.exports = function (client, scope, audience, context, cb) {
  var rule = new Function('client', 'scope', 'return client.metadata.plan === "full" && scope.length > 1;');
  var local = 'seen';
  cb(null, {
    'https://orders.example.com/rule': [rule(client, scope), eval('local + "!"'), (0, eval)('typeof local')],
  });
};
