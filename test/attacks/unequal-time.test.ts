import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Configuration } from '../../services/gateway/configuration-cache.ts';
import { firstPosition } from '../../services/management/hook-revisions/must-load.ts';
import { authenticateByAssertion } from '../../services/gateway/steps/authenticate-client-assertion.ts';
import { readAssertion } from '../../services/gateway/steps/read-assertion.ts';
import { attackClass } from './attack-class.ts';

const AUDIENCE = 'https://hookmint.test/';
const ROUNDS = 200;
const MAX_RATIO = 1.4;

const oracles = attackClass('the time of an answer tells which clients there are');
const newPair = (alg: string) =>
  alg === 'EdDSA'
    ? generateKeyPairSync('ed25519')
    : alg.startsWith('ES')
      ? generateKeyPairSync('ec', { namedCurve: `P-${alg.slice(2)}` })
      : generateKeyPairSync('rsa', { modulusLength: 2_048 });
for (const alg of ['RS256', 'RS384', 'PS256', 'PS384', 'ES256', 'ES384', 'EdDSA']) {
  oracles(`assertions by ${alg} that nobody has signed`, async () => {
    const [own, other] = [0, 1].map(() => newPair(alg));
    assert.ok(own !== undefined && other !== undefined);
    const credential = {
      id: 'key',
      alg,
      kid: 'kid',
      public_key_pem: own.publicKey.export({ type: 'spki', format: 'pem' }),
      expires_at_ms: null,
    };
    const known = { client_id: 'known', private_key_jwt: ['key'], jwks_uri: null, credentials: [credential] };
    const configuration = {
      client: (id: string) => Promise.resolve(id === 'known' ? known : undefined),
    } as unknown as Configuration;
    const millisecondsOf = async (clientId: string): Promise<number> => {
      const jwt = await new SignJWT({ iss: clientId, sub: clientId, jti: 'x' })
        .setProtectedHeader({ alg })
        .setAudience(AUDIENCE)
        .setExpirationTime('2m')
        .sign(other.privateKey);
      const assertion = readAssertion(jwt, [AUDIENCE]);
      const startedMs = performance.now();
      await assert.rejects(
        authenticateByAssertion(
          assertion,
          configuration,
          () => Promise.resolve(undefined),
          () => Promise.resolve(true),
          AUDIENCE,
        ),
      );
      return performance.now() - startedMs;
    };
    const times: Record<string, number[]> = { known: [], unknown: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const [clientId, all] of Object.entries(times)) all.push(await millisecondsOf(clientId));
    }
    const [there, absent] = Object.values(times).map((all) => all.sort((a, b) => a - b)[ROUNDS / 2] ?? 0);
    assert.ok(there !== undefined && absent !== undefined);
    const ratio = Math.max(there, absent) / Math.min(there, absent);
    assert.ok(ratio < MAX_RATIO, `${String(there)} ms and ${String(absent)} ms`);
  });
}

const stacks = attackClass('a stack that is slow to read');
for (const [name, stack] of [
  ['one word', 'a'.repeat(8_192)],
  ['one number', `a:${'1'.repeat(8_190)}`],
  ['many numbers', 'a:1'.repeat(2_730)],
  ['many words', 'a '.repeat(4_096)],
] as const) {
  stacks(name, async () => {
    const startedMs = performance.now();
    assert.equal(firstPosition(stack), undefined);
    assert.ok(performance.now() - startedMs < 20);
    await Promise.resolve();
  });
}
stacks('the place is found all the same', async () => {
  assert.equal(firstPosition('TypeError: x\n    at load (hook.js:3:7)\n    at hook.js:9:1'), 'hook.js:3:7');
  await Promise.resolve();
});
