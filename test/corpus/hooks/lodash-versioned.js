// The older style of `require` with a version in the name, and of a file of a module.
module.exports = function (client, scope, audience, context, cb) {
  var _ = require('lodash@4.17.21');
  var camelCase = require('lodash/camelCase');
  cb(null, { 'https://orders.example.com/lodash': [_.VERSION, camelCase('some text')] });
};
