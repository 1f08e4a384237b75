import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { grantClient } from '../e2e/management-clients-fixtures.ts';
import { openManagement } from '../support/management.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { alternate, type Bench, type Leg } from './leg.ts';
import { pairwise, spread } from './stats.ts';
import { system, type SigningAlg, type System } from './systems.ts';
import { formatSpread, table } from './table.ts';
import { cpuPerToken, profileText } from './text.ts';
import { connections } from './throughput.ts';

type DpopLegs = Record<'bearer' | 'dpop', Leg[]>;
export type DpopReport = Record<SigningAlg, DpopLegs>;

const AUDIENCE = 'https://bound.example.com';

/** Bound tokens and bearer tokens of one stack, each request of the first with a proof and a nonce: as fast as they go, in turn. */
export async function measureDpop(bench: Bench): Promise<DpopReport> {
  if (!bench.generator.name.startsWith('wrk'))
    throw new Error('--dpop needs wrk: each request has a header of its own');
  // On a machine that others share, CPU is what can be compared.
  const profiled = { ...bench, options: { ...bench.options, profile: true } };
  return { ES256: await measure(profiled, 'ES256'), RS256: await measure(profiled, 'RS256') };
}

async function measure(bench: Bench, signingAlg: SigningAlg): Promise<DpopLegs> {
  await using cleanup = new AsyncDisposableStack();
  bench.progress(`${signingAlg} starting hookmint`);
  const stack = await startStack({ signingAlg, env: { HOOKMINT_DPOP_NONCE: 'required' } });
  cleanup.defer(() => stack.stop());
  await makeBoundApi(stack, signingAlg);
  const common = { signingAlg, hooked: true, url: stack.url, rootPids: [stack.pid] };
  const bearer = system({ ...common, name: 'bearer', credentials: stack });
  const dpop = system({ ...common, name: 'DPoP', credentials: { ...stack, audience: AUDIENCE } });
  bench.signal.throwIfAborted();
  return await alternate(bench, { bearer, dpop: { ...dpop, makeProofs: proofsFor(dpop) } }, { connections });
}

async function makeBoundApi(stack: Stack, signing_alg: SigningAlg): Promise<void> {
  const management = await openManagement(stack);
  const answer = await management.call('POST', '/resource-servers', {
    identifier: AUDIENCE,
    scopes: [{ value: 'read:data' }],
    signing_alg,
    proof_of_possession: { mechanism: 'dpop', required: true },
  });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  await grantClient(management, stack.clientId, AUDIENCE, ['read:data']);
}

/** Of one key, as a client keeps one. */
function proofsFor({ tokenUrl, body }: System): (count: number) => Promise<string[]> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const header = encoded({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } });
  const make = (nonce: string | undefined): string => {
    const claims = { jti: randomUUID(), htm: 'POST', htu: tokenUrl, iat: Math.floor(Date.now() / 1000), nonce };
    const input = `${header}.${encoded(claims)}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  };
  return async (count) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', dpop: make(undefined) };
    const told = await fetch(tokenUrl, { method: 'POST', headers, body });
    const nonce = told.headers.get('dpop-nonce') ?? undefined;
    return Array.from({ length: count }, () => make(nonce));
  };
}

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** For people: medians over the rounds, with the least and the most. */
export function dpopText(report: DpopReport): string {
  return Object.entries(report)
    .map(([signingAlg, legs]) => [...summary(signingAlg, legs), '', ...profileText(signingAlg, legs)].join('\n'))
    .join('\n\n');
}

function summary(signingAlg: string, legs: DpopLegs): string[] {
  const rows = Object.entries(legs).map(([name, ofOne]) => [
    name,
    formatSpread(spread(ofOne.map(({ tokensPerSecond }) => tokensPerSecond)), 0),
    formatSpread(spread(ofOne.map(({ p50Ms }) => p50Ms)), 2),
    formatSpread(spread(ofOne.map(({ p99Ms }) => p99Ms)), 2),
    cpuPerToken(ofOne),
  ]);
  const ratio = pairwise(
    legs.dpop.map(({ tokensPerSecond }) => tokensPerSecond),
    legs.bearer.map(({ tokensPerSecond }) => tokensPerSecond),
    (dpop, bearer) => dpop / bearer,
  );
  return [
    `${signingAlg}, tokens bound by DPoP (ES256, with a nonce), ${String(connections)} connections, both in turn`,
    ...table([
      ['', 'tokens/s', 'p50 ms', 'p99 ms', 'CPU ms per token'],
      ...rows,
      ['dpop / bearer', formatSpread(spread(ratio), 2)],
    ]),
  ];
}
