import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { ApiClient } from '../../cli/api-client.ts';
import { carryOut } from '../../cli/sync/carry-out.ts';
import { planOf } from '../../cli/sync/plan.ts';
import type { Remote } from '../../cli/sync/remote.ts';
import { SecretValues } from '../../cli/sync/secret-values.ts';
import type { Step } from '../../cli/sync/step.ts';
import { TenantFiles } from '../../cli/tenant-files/model.ts';
import { readTenantFiles } from '../../cli/tenant-files/read.ts';
import { writeFolder } from '../../cli/tenant-files/write-folder.ts';

// Trusted issuers in files, and clients that their tokens authenticate.

const folder = mkdtempSync(join(tmpdir(), 'hookmint-issuers-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const GITHUB = {
  name: 'GitHub',
  issuer: 'https://token.actions.githubusercontent.com',
  jwks_uri: 'https://token.actions.githubusercontent.com/.well-known/jwks',
  jwks: null,
  max_lifetime_seconds: 3_600,
  single_use: false,
};
const CLUSTER = {
  ...GITHUB,
  name: 'Cluster/eu',
  issuer: 'https://cluster.example.com',
  jwks_uri: null,
  jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), kid: 'k' }] },
};
const federated_jwt = { credentials: [{ issuer: GITHUB.issuer, subject: 'repo:acme/billing:ref:refs/heads/main' }] };
const BILLING = {
  name: 'Billing',
  app_type: 'non_interactive',
  token_endpoint_auth_method: null,
  client_authentication_methods: { federated_jwt },
};

const remoteOf = (more: Partial<Remote> = {}): Remote => ({
  managementAudience: 'http://127.0.0.1/api/v2/',
  resourceServers: [],
  clientAssertionIssuers: [],
  clients: [],
  clientGrants: [],
  hooks: [],
  actions: [],
  boundActions: [],
  tenant: {},
  ...more,
});

const plan = (files: object, remote: Remote, prune = false): Promise<Step[]> =>
  planOf(
    { files: TenantFiles.parse(files), remote, secrets: SecretValues.parse({}), takes: () => undefined, prune },
    (steps) => Promise.resolve([...steps]),
  );

/** What an API is asked when a plan is carried out. */
async function calls(steps: Step[], remote: Remote): Promise<[string, unknown][]> {
  const asked: [string, unknown][] = [];
  const never = (): Promise<never> => Promise.reject(new Error('not asked'));
  const call = (method: string, path: string, body?: unknown): Promise<unknown> => {
    asked.push([`${method} ${path}`, body]);
    return Promise.resolve({ id: 'made', client_id: 'made' });
  };
  const read: ApiClient['read'] = async (schema, ...asks) => schema.parse(await call(...asks));
  const api = { baseUrl: 'http://127.0.0.1/', audience: never, call, read, open: never, describe: never };
  const { failures } = await carryOut(steps, api, remote, () => undefined);
  assert.deepEqual(failures, []);
  return asked;
}

describe('trusted issuers in files', () => {
  it('are written and read, in the folder of their kind', () => {
    const files = TenantFiles.parse({ clientAssertionIssuers: [GITHUB, CLUSTER], clients: [BILLING] });
    const written = writeFolder(folder, files, new Map());
    assert.deepEqual(
      written.filter((path) => path.startsWith('client-assertion-issuers/')),
      ['client-assertion-issuers/GitHub.json', 'client-assertion-issuers/Cluster-eu.json'],
    );
    const read = readTenantFiles(folder, {});
    assert.deepEqual(read.ignored, []);
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
    assert.deepEqual(read.files.clientAssertionIssuers?.sort(byName), [CLUSTER, GITHUB]);
  });

  it('are made before the clients that name them, which get no secret', async () => {
    const files = { clientAssertionIssuers: [GITHUB], clients: [BILLING] };
    const steps = await plan(files, remoteOf());
    assert.deepEqual(
      steps.map(({ kind, does, notes, losses }) => [kind, does, notes, losses]),
      [
        ['client assertion issuer', 'create', [], []],
        ['client', 'create', [], []],
      ],
    );
    assert.deepEqual(await calls(steps, remoteOf()), [
      ['POST /client-assertion-issuers', GITHUB],
      [
        'POST /clients',
        { name: 'Billing', app_type: 'non_interactive', client_authentication_methods: { federated_jwt } },
      ],
    ]);
  });

  it('are changed where they differ, kept where not, and removed when the files must have all', async () => {
    const remote = remoteOf({
      clientAssertionIssuers: [
        { ...GITHUB, id: 'cai_1', single_use: true },
        { ...CLUSTER, id: 'cai_2' },
        { ...GITHUB, id: 'cai_3', issuer: 'https://gone.example.com' },
      ],
      clients: [{ ...BILLING, client_id: 'billing' }],
    });
    const files = { clientAssertionIssuers: [GITHUB, CLUSTER], clients: [BILLING] };
    const steps = await plan(files, remote, true);
    assert.deepEqual(
      steps.map(({ kind, name, does }) => [kind, name, does]),
      [
        ['client assertion issuer', 'GitHub', 'update'],
        ['client assertion issuer', 'Cluster/eu', 'keep'],
        ['client assertion issuer', 'https://gone.example.com', 'delete'],
        ['client', 'Billing', 'keep'],
      ],
    );
    assert.deepEqual(await calls(steps, remote), [
      ['PATCH /client-assertion-issuers/cai_1', { single_use: false }],
      ['DELETE /client-assertion-issuers/cai_3', undefined],
    ]);
    assert.deepEqual(await plan({ clients: [BILLING] }, remote).then((all) => all.map(({ does }) => does)), ['keep']);
  });

  it('of which two are one are made for neither, nor is the client that names it', async () => {
    const files = { clientAssertionIssuers: [GITHUB, { ...GITHUB, name: 'Twin' }], clients: [BILLING] };
    const steps = await plan(files, remoteOf());
    assert.deepEqual(
      steps.map(({ name, does }) => [name, does]),
      [
        ['GitHub', 'skip'],
        ['Twin', 'skip'],
        ['Billing', 'skip'],
      ],
    );
    assert.deepEqual(await calls(steps, remoteOf()), []);
  });
});
