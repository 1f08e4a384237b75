const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^]*?)-----END \1-----/;

function fromPem(text) {
  const match = BLOCK.exec(text);
  if (match === null) return undefined;
  const [, label, body] = match;
  if (body.includes('Proc-Type') || label.startsWith('ENCRYPTED')) {
    throw Object.assign(new Error('encrypted keys cannot be made key objects in hooks'), {
      code: 'ERR_NOT_AVAILABLE_IN_HOOKS',
    });
  }
  return { label, der: Buffer.from(body.replace(/\s/g, ''), 'base64') };
}

function toPem(label, der) {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

module.exports = { fromPem, toPem };
