import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { openManagement, type ApiAnswer } from '../support/management.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** The least that the setting allows. */
const MAX_AGE_SECONDS = 31;
const WATCHED_MS = 6_000;

// Two signers, one of which loses MongoDB while keys are replaced and revoked.

let stack: Stack;
let proxy: TcpProxy;
let signer: AnotherService;
before(async () => {
  stack = await startStack({ hook: null });
  proxy = await startTcpProxy(Number(new URL(stack.mongodbUrl).port));
  signer = await startAnother(stack, 'signer', {
    mongodbPort: proxy.port,
    env: { HOOKMINT_SIGNING_KEYS_MAX_AGE_SECONDS: String(MAX_AGE_SECONDS) },
  });
});
after(async () => {
  await signer.kill();
  await proxy.close();
  await stack.stop();
});

/** The token that it is called with may be of a key that was revoked meanwhile. */
async function call(method: string, path: string): Promise<ApiAnswer> {
  return (await openManagement(stack)).call(method, path);
}

/** The signers are a group: who was asked may be the one that cannot. */
async function untilDone(method: 'POST' | 'PUT', path: string): Promise<void> {
  await until(`${method} ${path}`, async () => {
    const { status, body } = await call(method, path);
    assert.ok(status < 300 || status === 503, JSON.stringify(body));
    return status < 300;
  });
}

async function currentKid(): Promise<string> {
  const { body } = await call('GET', '/keys/signing');
  const keys = body as { kid: string; alg: string; current: boolean }[];
  return keys.find(({ alg, current }) => alg === 'RS256' && current)?.kid ?? '';
}

/** Asks for tokens one after the other; tells how many were of which key, and how many of none that is published. */
async function tokens(forMs: number): Promise<{ kids: Map<string, number>; unpublished: number; refused: number }> {
  const came = { kids: new Map<string, number>(), unpublished: 0, refused: 0 };
  for (const untilMs = performance.now() + forMs; performance.now() < untilMs;) {
    const { status, body } = await requestToken(stack);
    if (status !== 200) {
      came.refused++;
      continue;
    }
    const { kid = '' } = decodeProtectedHeader(String(body.access_token));
    came.kids.set(kid, (came.kids.get(kid) ?? 0) + 1);
    const { keys } = (await (await fetch(`${stack.url}/.well-known/jwks.json`)).json()) as JSONWebKeySet;
    if (!keys.some((key) => key.kid === kid)) came.unpublished++;
  }
  return came;
}

const isReady = async (): Promise<boolean> => (await fetch(`${signer.url}/readyz`)).ok;

for (const [what, cut] of [
  ['whose store is silent', () => proxy.set({ blackHole: true })],
  ['whose store is gone', () => proxy.shut()],
] as const) {
  test(`a signer ${what} signs with no key that was replaced and revoked, and no token is without a published key`, async () => {
    const revoked = await currentKid();
    assert.deepEqual([...(await tokens(500)).kids.keys()], [revoked]);
    await cut();
    await untilDone('POST', '/keys/signing/rotate?force=true');
    await untilDone('PUT', `/keys/signing/${revoked}/revoke`);
    const { kids, unpublished, refused } = await tokens(WATCHED_MS);
    process.stdout.write(
      `faults: signer ${what}: ${String(kids.get(revoked) ?? 0)} tokens by the revoked key, ` +
        `${String(unpublished)} by no published key, ${String([...kids.values()].reduce((a, b) => a + b))} in all, ${String(refused)} refused\n`,
    );
    assert.deepEqual(
      { revoked: kids.get(revoked) ?? 0, unpublished, refused },
      { revoked: 0, unpublished: 0, refused: 0 },
    );
    assert.deepEqual([...kids.keys()], [await currentKid()]);
    assert.equal(await isReady(), false, 'a signer that is behind is not ready');
    proxy.set({ blackHole: false });
    await proxy.open();
    await until('the signer is ready again', isReady);
    assert.equal((await tokens(1_000)).refused, 0);
  });
}

test('signers that have all lost the store go on signing; after a minute, or what is set, they are not ready', async () => {
  const pids = stack.pidsOf('signer');
  process.kill(stack.pid, 'SIGSTOP');
  try {
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await proxy.shut();
    await until('the signer is not ready', async () => !(await isReady()), 2_000 * MAX_AGE_SECONDS);
    const { kids, unpublished, refused } = await tokens(1_000);
    assert.deepEqual({ keys: kids.size, unpublished, refused }, { keys: 1, unpublished: 0, refused: 0 });
  } finally {
    await proxy.open();
    process.kill(stack.pid, 'SIGCONT');
  }
  await until('the signer is ready again', isReady);
  // A launcher that is told to stop while it starts a service waits for it.
  await stack.untilPrinted(/^hookmint: signer is back/);
});
