// ES5: constructor functions, prototypes, util.inherits, bind, hoisting, labels, getters by defineProperty.
var util = require('util');

function Policy(client) {
  if (!(this instanceof Policy)) return new Policy(client);
  this.client = client;
}
Policy.prototype.allows = function (name) {
  return name.indexOf('read:') === 0;
};
Object.defineProperty(Policy.prototype, 'label', {
  get: function () {
    return hoisted(this.client.name);
  },
});

function StrictPolicy() {
  Policy.apply(this, arguments);
}
util.inherits(StrictPolicy, Policy);
StrictPolicy.prototype.allows = function (name) {
  return StrictPolicy.super_.prototype.allows.call(this, name) && name !== 'read:all';
};

module.exports = function (client, scope, audience, context, cb) {
  var policy = new StrictPolicy(client),
    found = [];
  outer: for (var i = 0; i < scope.length; i++) {
    for (var j = 0; j < 2; j++) {
      if (!policy.allows(scope[i])) continue outer;
      if (j === 1) found.push(scope[i]);
    }
  }
  cb(null, {
    scope: found,
    'https://orders.example.com/policy': [policy.label, Policy(client) instanceof Policy, policy instanceof Policy],
  });
};

function hoisted(text) {
  return text.replace(/\s+/g, '-').toLowerCase();
}
