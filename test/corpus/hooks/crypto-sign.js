// Signs and verifies with an RSA key kept as a secret, line breaks escaped as in environment variables.
const { createSign, createVerify, createPublicKey } = require('crypto');

module.exports = function (client, scope, audience, context, cb) {
  const pem = context.webtask.secrets.PRIVATE_KEY.replace(/\\n/g, '\n');
  const signature = createSign('RSA-SHA256').update(client.id).sign(pem, 'base64');
  const publicKey = createPublicKey(pem);
  const verify = (text) => createVerify('RSA-SHA256').update(text).verify(publicKey, signature, 'base64');
  cb(null, {
    'https://orders.example.com/verified': [verify(client.id), verify('another'), publicKey.asymmetricKeyType],
  });
};
