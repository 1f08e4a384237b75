import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { textHmac } from '../../shared/bus/text-hmac.ts';

test('it is the HMAC-SHA-256 of Node, of every text and under every key', () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(key, fc.array(fc.string({ unit: 'binary', maxLength: 300 })), (bytes, texts) => {
      const hmac = textHmac(Buffer.from(bytes));
      const nodes = (text: string): string => createHmac('sha256', bytes).update(text).digest('base64url');
      // In turn: one must leave nothing for the next.
      for (const text of ['', ...texts, '\ud800', 'x'.repeat(100_000)]) assert.equal(hmac(text), nodes(text));
    }),
  );
});

test('a key of another length is none', () => {
  for (const length of [0, 16, 31, 33, 64]) assert.throws(() => textHmac(randomBytes(length)), /32 bytes/);
});
