// Buffer: base64, base64url, hex, latin1, concat, compare, numbers; by global and by require; the old constructor.
const NodeBuffer = require('buffer').Buffer;

module.exports = function (client, scope, audience, context, cb) {
  const basic = 'Basic ' + Buffer.from(client.name + ':pw').toString('base64');
  const old = new Buffer('old', 'utf8');
  cb(null, {
    'https://orders.example.com/buffers': [
      basic,
      Buffer.from(basic.split(' ')[1], 'base64').toString(),
      Buffer.from('ÿ?>').toString('base64url'),
      Buffer.from('68656c6c6f', 'hex').toString('latin1'),
      Buffer.concat([old, Buffer.alloc(2, 'x')]).toString(),
      [Buffer.isBuffer(old), NodeBuffer === Buffer, Buffer.byteLength('ü'), Buffer.compare(old, Buffer.from('old'))],
      Buffer.from([0, 0, 1, 2]).readUInt32BE(0),
      JSON.parse(JSON.stringify(Buffer.from('a'))),
    ],
  });
};
