// Each class of error, and what is none, given to `cb`.
module.exports = function (client, scope, audience, context, cb) {
  switch (context.body.kind) {
    case 'scope':
      return cb(new InvalidScopeError('The scope is not for you.'));
    case 'request':
      return cb(new InvalidRequestError('subject is missing'));
    case 'server':
      return cb(new ServerError('the database is down'));
    case 'error':
      return cb(new Error('something else'));
    case 'range':
      return cb(new RangeError('out of range'));
    case 'string':
      return cb('just text');
    case 'object':
      return cb({ name: 'InvalidScopeError', message: 'not an Error' });
    case 'named': {
      var named = new Error('by its name');
      named.name = 'InvalidScopeError';
      return cb(named);
    }
    case 'details':
      return cb(Object.assign(new InvalidRequestError('with details'), { statusCode: 418, secret: 'kept' }));
    default:
      return cb(null, {
        'https://orders.example.com/errors': [InvalidScopeError, InvalidRequestError, ServerError].map((E) => {
          var e = new E('m');
          return [e.name, e.message, e instanceof Error, String(e)];
        }),
      });
  }
};
