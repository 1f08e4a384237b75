import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { openHookSecrets, sealHookSecrets } from '../../shared/hook-secrets.ts';

const key = randomBytes(32);
const secrets = { API_KEY: 's3cr3t-value' };

describe('hook secrets', () => {
  it('come back as they were sealed, and are not readable in between', async () => {
    const jwe = await sealHookSecrets(secrets, 'hook', key);
    assert.equal(jwe.split('.').length, 5);
    for (const part of jwe.split('.')) {
      assert.ok(!Buffer.from(part, 'base64url').toString('latin1').includes('s3cr3t'));
    }
    assert.deepEqual(await openHookSecrets(jwe, 'hook', key), secrets);
  });

  it('are refused to another hook, under another key, and when changed', async () => {
    const jwe = await sealHookSecrets(secrets, 'hook', key);
    const refused = { code: 'hook_secrets_undecryptable' };
    await assert.rejects(openHookSecrets(jwe, 'other', key), refused);
    await assert.rejects(openHookSecrets(jwe, 'hook', randomBytes(32)), refused);
    await assert.rejects(openHookSecrets(`${jwe.slice(0, -4)}AAAA`, 'hook', key), refused);
  });

  it('are at most 30, with values of at most 4,096 characters', async () => {
    const many = Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`S${String(i)}`, 'value']));
    await assert.rejects(sealHookSecrets(many, 'hook', key), /at most 30 secrets/);
    await assert.rejects(sealHookSecrets({ LONG: 'x'.repeat(4_097) }, 'hook', key));
  });
});
