import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { redactSecrets } from '../../services/hook-executor/redact-secrets.ts';

const secrets = { API_KEY: 's3cr3t-value', API_KEY_2: 's3cr3t-value-longer', PIN: '123' };
const PEM = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

describe('Secrets in a text', () => {
  it('are redacted, the longest first, the very short not at all', () => {
    assert.equal(
      redactSecrets('s3cr3t-value-longer, s3cr3t-value and s3cr3t-value, 123', secrets),
      '[secret API_KEY_2], [secret API_KEY] and [secret API_KEY], 123',
    );
  });

  const odd = 'a "quoted" s3cr3t/\n+ä\\';
  const WRITTEN: Record<string, (value: string) => string> = {
    'as they are': (value) => value,
    'as JSON': (value) => JSON.stringify({ value }),
    'as JSON in JSON': (value) => JSON.stringify({ body: JSON.stringify({ value }) }),
    'percent-encoded': encodeURIComponent,
    'in base64': btoaUtf8,
    'by util.inspect': (value) => inspect({ value }),
  };
  for (const [how, write] of Object.entries(WRITTEN)) {
    it(`are redacted ${how}, those of several lines too`, () => {
      const text = redactSecrets(`${write(PEM)} and ${write(odd)}`, { PEM, ODD: odd });
      const lines = PEM.split('\n').filter((line) => line.length > 12);
      assert.deepEqual(
        lines.filter((line) => text.includes(line)),
        [],
      );
      if (how !== 'by util.inspect') assert.doesNotMatch(text, /s3cr3t/);
    });
  }

  it('are redacted where the text was cut within one', () => {
    for (let length = 4; length < 12; length++) {
      const text = `x ${'s3cr3t-value'.slice(0, length)}… (cut)`;
      assert.equal(redactSecrets(text, { API_KEY: 's3cr3t-value' }), 'x [secret API_KEY]… (cut)');
    }
    assert.equal(redactSecrets('x s3cr… not', secrets), 'x s3cr… not');
  });

  it('with half a surrogate pair do not keep the others from being redacted', () => {
    assert.equal(
      redactSecrets('\ud800abcd s3cr3t-value', { HALF: '\ud800abcd', ...secrets }),
      '[secret HALF] [secret API_KEY]',
    );
  });
});

function btoaUtf8(value: string): string {
  return Buffer.from(value).toString('base64');
}
