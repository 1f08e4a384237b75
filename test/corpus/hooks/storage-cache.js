// webtask.storage as a cache: `get`, then `set` with `force`.
module.exports = function (client, scope, audience, context, cb) {
  var storage = context.webtask.storage;
  storage.get(function (error, data) {
    if (error) return cb(error);
    data = data || { runs: 0, names: [] };
    data.runs++;
    data.names.push(client.name);
    storage.set(data, { force: 1 }, function (error) {
      if (error) return cb(error);
      cb(null, { scope: scope, 'https://orders.example.com/stored': data });
    });
  });
};
