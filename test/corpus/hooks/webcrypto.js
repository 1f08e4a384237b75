// WebCrypto: digest, HMAC, random values, randomUUID.
module.exports = async (client, scope, audience, context, cb) => {
  const bytes = new TextEncoder().encode('text');
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (b) => b.toString(16).padStart(2, '0')).join('');
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode('key'),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  );
  const signature = await crypto.subtle.sign('HMAC', key, bytes);
  cb(null, {
    'https://orders.example.com/webcrypto': [
      hex(await crypto.subtle.digest('SHA-256', bytes)),
      hex(signature),
      await crypto.subtle.verify('HMAC', key, signature, bytes),
      crypto.getRandomValues(new Uint8Array(8)).length,
      crypto.randomUUID().length,
    ],
  });
};
