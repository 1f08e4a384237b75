// console.log, dir, error, table, time, group and assert: none of them changes the token.
module.exports = function (client, scope, audience, context, cb) {
  console.log('client %s has %d scopes: %j', client.name, scope.length, scope);
  console.dir({ client: client, deep: { er: { and: { deeper: {} } } } }, { depth: null });
  console.error(new Error('only logged'));
  console.warn('key is', context.webtask.secrets.API_KEY);
  console.table([{ a: 1 }]);
  console.time('t');
  console.timeEnd('t');
  console.group('g');
  console.assert(1 === 2, 'asserted');
  console.groupEnd();
  console.trace('here');
  console.count();
  cb(null, { scope: scope });
};
