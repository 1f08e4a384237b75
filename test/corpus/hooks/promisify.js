// util.promisify of callbacks of its own and of methods that need `this`; util.callbackify.
const { promisify, callbackify } = require('util');

const users = {
  all: { 1: 'Ada' },
  find: function (id, callback) {
    setTimeout(() => (this.all[id] ? callback(null, this.all[id]) : callback(new Error('no user ' + id))), 1);
  },
};

module.exports = (client, scope, audience, context, cb) => {
  const find = promisify(users.find).bind(users);
  callbackify(async () => {
    return [await find(1), await find(2).catch((e) => e.message)];
  })((error, found) => cb(error, { 'https://orders.example.com/found': found }));
};
