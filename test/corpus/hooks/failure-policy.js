// Fails in several ways, under a policy that has tokens issued all the same; a denial is no failure.
module.exports = function (client, scope, audience, context, cb) {
  switch (context.body.fail) {
    case 'throw':
      throw new Error('broken');
    case 'silent':
      return undefined;
    case 'result':
      return cb(null, [1]);
    case 'deny':
      return cb(new InvalidScopeError('denied on purpose'));
    case 'error':
      return cb(new Error('an answer too'));
    default:
      return cb(null, { 'https://orders.example.com/worked': true });
  }
};
