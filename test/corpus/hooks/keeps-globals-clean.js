// Patches built-ins for itself, as polyfills do, and still answers.
if (!Array.prototype.last) {
  Array.prototype.last = function () {
    return this[this.length - 1];
  };
}
String.prototype.capitalise = function () {
  return this.charAt(0).toUpperCase() + this.slice(1);
};
Object.assign = function (target) {
  for (var i = 1; i < arguments.length; i++) for (var k in arguments[i]) target[k] = arguments[i][k];
  return target;
};

module.exports = function (client, scope, audience, context, cb) {
  cb(null, Object.assign({ scope: scope }, { 'https://orders.example.com/last': scope.last().capitalise() }));
};
