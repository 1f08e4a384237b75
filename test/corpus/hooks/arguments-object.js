// Takes its arguments from `arguments`, and passes them on with `apply`.
module.exports = function () {
  var args = Array.prototype.slice.call(arguments);
  var cb = args.pop();
  arguments[1].push('via:arguments');
  answer.apply(null, args.concat(cb));
};

function answer(client, scope, audience, context, cb) {
  cb(null, { scope: scope, 'https://orders.example.com/args': [arguments.length, module.exports.length] });
}
