// `lodash` for everything.
const _ = require('lodash');

module.exports = function (client, scope, audience, context, cb) {
  const permissions = _.chain(scope)
    .map((name) => _.zipObject(['action', 'resource'], _.split(name, ':')))
    .groupBy('resource')
    .mapValues((list) => _.map(list, 'action').sort())
    .value();
  const token = {};
  _.set(token, ['https://orders.example.com/permissions'], permissions);
  _.set(
    token,
    ['https://orders.example.com/cases'],
    [_.kebabCase(client.name), _.get(client, 'metadata.none', 'default')],
  );
  token.scope = _.uniq(_.concat(scope, scope));
  cb(null, token);
};
