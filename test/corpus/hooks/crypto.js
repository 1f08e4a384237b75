// Node's crypto: hashes, HMACs, random bytes, timingSafeEqual, ciphers, scrypt/pbkdf2, key pairs by PEM.
const crypto = require('crypto');

module.exports = function (client, scope, audience, context, cb) {
  const hmac = (text) => crypto.createHmac('sha256', 'key').update(text).digest('base64');
  const key = crypto.createHash('sha256').update('password').digest();
  const iv = Buffer.alloc(16, 1);
  const cipher = crypto.createCipheriv('aes-256-cbc', key, iv);
  const sealed = cipher.update('plain', 'utf8', 'hex') + cipher.final('hex');
  const decipher = crypto.createDecipheriv('aes-256-cbc', key, iv);
  cb(null, {
    'https://orders.example.com/crypto': [
      crypto.createHash('md5').update('a').digest('hex'),
      crypto.createHash('sha1').update('a', 'utf8').digest('hex'),
      hmac('text'),
      crypto.randomBytes(16).toString('hex').length,
      crypto.timingSafeEqual(Buffer.from(hmac('a')), Buffer.from(hmac('a'))),
      decipher.update(sealed, 'hex', 'utf8') + decipher.final('utf8'),
      crypto.pbkdf2Sync('password', 'salt', 1000, 16, 'sha256').toString('hex'),
      /^[\da-f]{8}-[\da-f]{4}-4/.test(crypto.randomUUID()),
      crypto.randomInt(5) < 5,
    ],
  });
};
