import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { SigningAlg } from '../../shared/domain/resource-server.ts';
import { stepsOf, typed, type Step } from '../support/guide-steps.ts';
import { openManagement } from '../support/management.ts';
import { DEFAULT_MANAGEMENT_LIMIT } from '../support/stack.ts';
import { withStack } from '../support/with-stack.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const guide = readFileSync(join(ROOT, 'docs', 'moving-from-auth0.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'hookmint-moving-'));
after(() => rmSync(folder, { recursive: true }));

const stack = withStack({ env: DEFAULT_MANAGEMENT_LIMIT });

/** Types them all, and gives what each printed. */
async function printed(commands: string[]): Promise<string[]> {
  const ended = await typed(commands, { folder });
  return ended.map(({ text, code }, n) => {
    assert.equal(code, '0', `${commands[n]}\n${text}`);
    return text;
  });
}

function assertLike(actual: string, expected: string): void {
  const pattern = expected
    .split('…')
    .map((part) => RegExp.escape(part))
    .join('.*');
  assert(new RegExp(`^${pattern}$`).test(actual), `expected\n${expected}\ngot\n${actual}`);
}

/** What Auth0 signs an API's tokens with, or did. */
const ALGORITHMS_OF_AUTH0 = ['HS256', 'RS256', 'RS512', 'PS256'];

it('the guide names each of the algorithms of Auth0 that hookmint does not have, and why HS256 is none', () => {
  const missing = ALGORITHMS_OF_AUTH0.filter((alg) => !SigningAlg.safeParse(alg).success);
  assert.deepEqual(missing, ['HS256', 'RS512']);
  for (const alg of missing) assert(guide.includes(alg), alg);
  assert.match(guide, /HS256 is one of Auth0's algorithms that hookmint\s+does not have, because/);
});

it('the guide to moving from Auth0 can be followed as it is written', { timeout: 240_000 }, async () => {
  const { url, managementClientId, managementClientSecret } = stack();
  symlinkSync(join(ROOT, 'test'), join(folder, 'test'));
  const steps = stepsOf(guide);
  assert(steps.length >= 8);
  const here = (text: string): string =>
    text
      .replaceAll('http://127.0.0.1:8080', url)
      .replaceAll('<the client>', managementClientId)
      .replaceAll('<its secret>', managementClientSecret)
      .replaceAll('npx hookmint', `'${process.execPath}' '${join(ROOT, 'cli', 'hookmint.js')}'`);
  const isToken = ({ command }: Step): boolean => command.includes('/oauth/token');
  const before = steps.filter((step) => !isToken(step));
  const outputs = await printed(before.map(({ command }) => here(command)));
  for (const [i, { output }] of before.entries()) assertLike(outputs[i] ?? '', output);

  const { body } = await (await openManagement(stack())).call('GET', '/clients?per_page=100');
  const { client_id = '' } =
    (body as { name: string; client_id: string }[]).find(({ name }) => name === 'Billing Service') ?? {};
  const [token] = steps.filter(isToken);
  const [answer = ''] = await printed([`HOOKMINT_URL=${url} CLIENT_ID=${client_id}; ${here(token?.command ?? '')}`]);
  assertLike(answer, token?.output ?? '');
  const claims = decodeJwt((JSON.parse(answer) as { access_token: string }).access_token);
  assert.deepEqual([claims['https://acme.example.com/plan'], claims.region], ['full', 'eu']);
});
