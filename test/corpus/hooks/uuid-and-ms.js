// `uuid` in the version that hooks had, and a dependency that the hook declares.
const { v4: uuidv4, v5: uuidv5, validate } = require('uuid');
const ms = require('ms');

module.exports = function (client, scope, audience, context, cb) {
  const id = uuidv4();
  cb(null, {
    'https://orders.example.com/id': id,
    'https://orders.example.com/stable': uuidv5(client.name, uuidv5.URL),
    'https://orders.example.com/checks': [validate(id), id !== uuidv4(), ms('2 days')],
  });
};
