// Computes with BigInt; handled, it is a claim as text, and as it is, it is no JSON.
module.exports = function (client, scope, audience, context, cb) {
  const serial = BigInt('0xffffffffffffffffffffffff') * 2n;
  const value = context.body.raw ? serial : serial.toString();
  cb(null, { scope, 'https://orders.example.com/serial': value });
};
