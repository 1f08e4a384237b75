// Constants and helper functions at the top level, an IIFE as a module pattern, closures over both.
var NAMESPACE = 'https://orders.example.com/';
const ROLES = Object.freeze({ full: ['admin', 'reader'], free: ['reader'] });
let counter = 0;

var registry = (function () {
  var handlers = {};
  return {
    register: function (name, handler) {
      handlers[name] = handler;
    },
    run: function (name, value) {
      return handlers[name](value);
    },
  };
})();
registry.register('upper', (value) => value.toUpperCase());

const withNamespace = (claims) =>
  Object.keys(claims).reduce((all, key) => ({ ...all, [NAMESPACE + key]: claims[key] }), {});

module.exports = function (client, scope, audience, context, cb) {
  counter += 1;
  cb(null, withNamespace({ roles: ROLES[client.metadata.plan], loud: registry.run('upper', client.name), counter }));
};
