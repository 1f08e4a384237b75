// Throws in a callback, where no `try` of the caller reaches.
module.exports = function (client, scope, audience, context, cb) {
  setTimeout(function () {
    var user = undefined;
    cb(null, { 'https://orders.example.com/user': user.name });
  }, 1);
};
