import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import { canary } from '../support/canary.ts';
import { CLI_PROGRAM } from '../support/cli-program.ts';
import { openManagement, type Management } from '../support/management.ts';
import { DEFAULT_MANAGEMENT_LIMIT } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

// One tenant as three generations of auth0-deploy-cli export it, as a folder and as YAML: each gives the same tokens. Of 6 there was
// one release, which Auth0 withdrew: there is no 6.x on the registry of npm.

const EXPORTS = fileURLToPath(new URL('../fixtures/exports', import.meta.url));
const FOLDERS = readdirSync(EXPORTS).filter((name) => name !== 'README.md');

const work = mkdtempSync(join(tmpdir(), 'hookmint-exports-'));
after(() => rmSync(work, { recursive: true, force: true }));

let api: Management;
const stack = withStack({ hook: null, env: DEFAULT_MANAGEMENT_LIMIT }, async (started) => {
  api = await openManagement(started);
});

const SECRETS = { Carrier: canary('client-secret'), 'Broker & Sons': canary('client-secret') };
const secretsFile = join(work, 'secrets.json');
writeFileSync(
  secretsFile,
  JSON.stringify({
    hooks: { 'tier-claim': { NAMESPACE: 'https://freight.example.com/' } },
    actions: { 'Region claim': { CLAIM: 'https://freight.example.com/region' } },
    clients: SECRETS,
  }),
);

const FREIGHT = 'https://freight.example.com/';
const claims = (of: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [`${FREIGHT}${name}`, value]));

/** What each client's token must be, but for ids and times. The Actions come on top of what the hook makes. */
const TOKENS = [
  {
    client: 'Carrier',
    audience: FREIGHT,
    lifetime: 3_600,
    scope: 'read:loads book:loads',
    hook: claims({ tier: 'gold', window: 7_200_000 }),
    actions: claims({ region: 'north', checked: true }),
  },
  {
    client: 'Carrier',
    audience: 'urn:freight:archive',
    lifetime: 600,
    scope: 'read:archive',
    hook: claims({ tier: 'gold', window: 7_200_000 }),
    actions: claims({ region: 'north', checked: true }),
  },
  {
    client: 'Broker & Sons',
    audience: undefined,
    lifetime: 3_600,
    scope: 'read:loads',
    hook: claims({ tier: 'none', window: 600_000 }),
    actions: claims({ region: 'anywhere', checked: true }),
  },
] as const;

async function hookmint(...args: string[]): Promise<{ code: number; stdout: string }> {
  const { PATH, HOME } = process.env;
  const env = {
    PATH,
    HOME,
    HOOKMINT_URL: stack().url,
    HOOKMINT_CLIENT_ID: stack().managementClientId,
    HOOKMINT_CLIENT_SECRET: stack().managementClientSecret,
  };
  try {
    return {
      code: 0,
      stdout: (await promisify(execFile)(process.execPath, [...CLI_PROGRAM, ...args], { env })).stdout,
    };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout: stdout + stderr };
  }
}

const items = async (path: string): Promise<Record<string, unknown>[]> =>
  (await api.call('GET', path)).body as Record<string, unknown>[];

async function empty(): Promise<void> {
  await api.call('PATCH', '/actions/triggers/credentials-exchange/bindings', { bindings: [] });
  const { actions } = (await api.call('GET', '/actions/actions')).body as { actions: { id: string }[] };
  for (const { id } of actions) await api.call('DELETE', `/actions/actions/${id}`);
  for (const { id } of await items('/hooks')) await api.call('DELETE', `/hooks/${String(id)}`);
  for (const { client_id } of await items('/clients')) {
    if (client_id !== stack().managementClientId) await api.call('DELETE', `/clients/${String(client_id)}`);
  }
  for (const { id, is_system } of await items('/resource-servers')) {
    if (is_system !== true) await api.call('DELETE', `/resource-servers/${String(id)}`);
  }
}

async function tokens(): Promise<unknown[]> {
  const clients = await items('/clients');
  return Promise.all(
    TOKENS.map(async ({ client, audience }) => {
      const client_id = String(clients.find(({ name }) => name === client)?.client_id);
      const { status, body } = await requestToken(stack(), { client_id, client_secret: SECRETS[client], audience });
      assert.equal(status, 200, JSON.stringify(body));
      const { iss, sub, azp, iat = 0, exp = 0, ...rest } = decodeJwt(String(body.access_token));
      assert.deepEqual([iss, sub, azp], [`${stack().url}/`, `${client_id}@clients`, client_id]);
      return { ...rest, lifetime: exp - iat };
    }),
  );
}

describe('an export of auth0-deploy-cli', () => {
  it('is there of three generations, as folder and as YAML', () => {
    assert.deepEqual(
      FOLDERS.sort(),
      ['5.6.0', '7.3.1', '8.44.0'].flatMap((version) => [`${version}-directory`, `${version}-yaml`]),
    );
  });

  for (const name of FOLDERS) {
    it(`of ${name} gives the same tokens as the others, and nothing changes when it is imported again`, async () => {
      await empty();
      const path = join(EXPORTS, name, ...(name.endsWith('yaml') ? ['tenant.yaml'] : []));
      const imported = await hookmint('import', path, '--yes', '--secrets', secretsFile);
      assert.equal(imported.code, 0, imported.stdout);
      const withActions = !name.startsWith('5.');
      assert.deepEqual(
        await tokens(),
        TOKENS.map(({ audience = FREIGHT, lifetime, scope, hook, actions }) => ({
          gty: 'client-credentials',
          aud: audience,
          scope,
          lifetime,
          ...hook,
          ...(withActions ? actions : {}),
        })),
      );
      const again = await hookmint('diff', path);
      assert.equal(again.code, 0, again.stdout);
    });
  }
});
