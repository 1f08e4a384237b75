import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiClient } from '../../cli/api-client.ts';
import { carryOut } from '../../cli/sync/carry-out.ts';
import { planOf } from '../../cli/sync/plan.ts';
import type { Remote } from '../../cli/sync/remote.ts';
import { SecretValues, unusedSecrets } from '../../cli/sync/secret-values.ts';
import type { Step } from '../../cli/sync/step.ts';
import { TenantFiles } from '../../cli/tenant-files/model.ts';

// A name in the files that several bear says of none of them what may be done to it.

const AUDIENCE = 'urn:orders';
const remoteOf = (clients: Remote['clients'], clientGrants: Remote['clientGrants'] = []): Remote => ({
  managementAudience: 'http://127.0.0.1/api/v2/',
  resourceServers: [{ id: 'api', identifier: AUDIENCE }],
  clientAssertionIssuers: [],
  clients,
  clientGrants,
  hooks: [],
  actions: [],
  boundActions: [],
  tenant: {},
});
const remoteClient = (client_id: string, name: string) => ({ client_id, name, app_type: 'non_interactive' });
const client = (name: string, client_id?: string) => ({
  name,
  app_type: 'non_interactive',
  ...(client_id && { client_id }),
});
const grant = (client_id: string) => ({ client_id, audience: AUDIENCE, scope: ['read'] });

function plan(files: unknown, remote: Remote, prune = false): Promise<Step[]> {
  return planOf(
    { files: TenantFiles.parse(files), remote, secrets: SecretValues.parse({}), takes: () => undefined, prune },
    (steps) => Promise.resolve([...steps]),
  );
}

/** Carries a plan out against an API that notes what it is asked. */
async function carriedOut(steps: Step[], remote: Remote) {
  const calls: string[] = [];
  const never = (): Promise<never> => Promise.reject(new Error('not asked'));
  const call = (method: string, path: string, body?: unknown): Promise<unknown> => {
    calls.push(`${method} ${path} ${JSON.stringify(body ?? null)}`);
    return Promise.resolve({ id: 'made', client_id: `made-${String(calls.length)}` });
  };
  const read: ApiClient['read'] = async (schema, ...asks) => schema.parse(await call(...asks));
  const { failures } = await carryOut(
    steps,
    { baseUrl: 'http://127.0.0.1/', audience: never, call, read, open: never, describe: never },
    remote,
    () => undefined,
  );
  return { calls, failures };
}

describe('a grant that names its client by a name', () => {
  for (const [what, files, clients] of [
    [
      'two clients of hookmint',
      { clientGrants: [grant('Twin')] },
      [remoteClient('a', 'Twin'), remoteClient('b', 'Twin')],
    ],
    [
      'a client of hookmint and another of the files',
      { clients: [client('Twin', 'a'), client('Twin', 'c')], clientGrants: [grant('Twin')] },
      [remoteClient('a', 'Twin')],
    ],
    [
      'two clients of the files',
      { clients: [client('Twin', 'a'), client('Twin', 'b')], clientGrants: [grant('Twin')] },
      [],
    ],
  ] as const) {
    it(`of ${what} is made for neither, and told`, async () => {
      const remote = remoteOf([...clients]);
      const steps = await plan(files, remote);
      const ofGrant = steps.find(({ kind }) => kind === 'client grant');
      assert.equal(ofGrant?.does, 'skip');
      assert.deepEqual(ofGrant.notes, ['2 clients have the name Twin; the grant must use a client_id']);
      const { calls, failures } = await carriedOut(steps, remote);
      assert.deepEqual(
        failures.map(({ kind }) => kind),
        ['client grant'],
      );
      assert(!calls.some((call) => call.includes('/client-grants')), calls.join('\n'));
    });
  }

  it('is not pruned from either of them', async () => {
    const grants = ['a', 'b'].map((client_id) => ({ id: `g-${client_id}`, ...grant(client_id) }));
    const remote = remoteOf([remoteClient('a', 'Twin'), remoteClient('b', 'Twin')], grants);
    const steps = await plan({ clientGrants: [grant('Twin')] }, remote, true);
    assert.deepEqual(
      steps.map(({ does }) => does),
      ['skip'],
    );
  });

  it('is made where the name, or the id, is that of one', async () => {
    const remote = remoteOf([remoteClient('a', 'One'), remoteClient('b', 'Twin'), remoteClient('c', 'Twin')]);
    const { calls, failures } = await carriedOut(
      await plan({ clientGrants: [grant('One'), grant('c')] }, remote),
      remote,
    );
    assert.deepEqual(failures, []);
    assert.deepEqual(
      calls.map((call) => /"client_id":"(\w+)"/.exec(call)?.[1]),
      ['a', 'c'],
    );
  });

  it('of a client that the files bring is made for that one', async () => {
    const remote = remoteOf([]);
    const { calls } = await carriedOut(
      await plan({ clients: [client('New')], clientGrants: [grant('New')] }, remote),
      remote,
    );
    assert.match(calls[1] ?? '', /client-grants .*"client_id":"made-1"/);
  });
});

describe('a client of the files without an id', () => {
  it('is not taken for one of several that are called so', async () => {
    const remote = remoteOf([remoteClient('a', 'Twin'), remoteClient('b', 'Twin')]);
    const steps = await plan({ clients: [{ ...client('Twin'), description: 'changed' }] }, remote);
    const { calls, failures } = await carriedOut(steps, remote);
    assert.deepEqual(calls, []);
    assert.deepEqual(
      failures.map(({ reason }) => reason),
      ['several clients have the name Twin; the files must give the client_id'],
    );
  });

  it('is not made beside another of the same name: the next import could not tell them apart', async () => {
    const { calls, failures } = await carriedOut(
      await plan({ clients: [client('Twin'), client('Twin')] }, remoteOf([])),
      remoteOf([]),
    );
    assert.deepEqual(calls, []);
    assert.equal(failures.length, 2);
  });
});

describe('a trigger', () => {
  const action = (name: string) => ({ name, code: '', supported_triggers: [{ id: 'credentials-exchange' }] });
  const bound = (...names: string[]) => ({ 'credentials-exchange': names.map((action_name) => ({ action_name })) });

  it('binds the Actions there are, in their order, and names the one that is nowhere', async () => {
    const remote = { ...remoteOf([]), actions: [{ id: 'b', name: 'There' }] };
    const files = { actions: [action('Own')], triggers: bound('There', 'Of the marketplace', 'Own') };
    const steps = await plan(files, remote);
    assert.deepEqual(
      steps.flatMap(({ kind, losses }) => (kind === 'trigger' ? losses : [])),
      ['bindings: the Action Of the marketplace is neither in the files nor in hookmint; the others are bound'],
    );
    const { calls, failures } = await carriedOut(steps, remote);
    assert.deepEqual(failures, []);
    assert.match(calls.at(-1) ?? '', /^PATCH \/actions\/triggers\/.*"There".*"Own"/);
    assert(!calls.join().includes('marketplace'));
  });

  it('does not bind what is deleted by the same plan', async () => {
    const remote = { ...remoteOf([]), actions: [{ id: 'b', name: 'Gone' }] };
    const steps = await plan({ actions: [], triggers: bound('Gone') }, remote, true);
    assert.deepEqual(
      steps.map(({ kind, does, losses }) => [kind, does, losses.length]),
      [
        ['action', 'delete', 0],
        ['trigger', 'keep', 1],
      ],
    );
  });
});

describe('a name in the files that several of them have', () => {
  const supported_triggers = [{ id: 'credentials-exchange' }];
  const action = (code: string, triggers = supported_triggers) => ({
    name: 'Twin',
    code,
    supported_triggers: triggers,
  });
  const api = (name: string) => ({ name, identifier: 'urn:twin' });

  for (const [what, files, losses] of [
    [
      'Actions',
      { actions: [action('1'), action('2')], triggers: { 'credentials-exchange': [{ action_name: 'Twin' }] } },
      [
        'action Twin: name: 2 Actions of the files have it',
        'action Twin: name: 2 Actions of the files have it',
        'trigger credentials-exchange: bindings: the Action Twin is not made; the others are bound',
      ],
    ],
    [
      'APIs, and their grants',
      {
        resourceServers: [api('One'), api('Two')],
        clientGrants: [{ client_id: 'a', audience: 'urn:twin', scope: [] }],
      },
      [
        'resource server One: identifier: 2 resource servers of the files have it',
        'resource server Two: identifier: 2 resource servers of the files have it',
      ],
    ],
    [
      'grants',
      { clientGrants: [grant('a'), { ...grant('a'), scope: [] }] },
      [
        'client grant a at urn:orders: 2 grants of the files are of this client and API',
        'client grant a at urn:orders: 2 grants of the files are of this client and API',
      ],
    ],
  ] as const) {
    it(`makes none of the ${what}, and is told`, async () => {
      const remote = remoteOf([remoteClient('a', 'One')]);
      const steps = await plan(files, remote);
      assert.deepEqual(
        steps.flatMap(({ kind, name, losses: lost }) => lost.map((loss) => `${kind} ${name}: ${loss}`)),
        losses,
      );
      const { calls } = await carriedOut(steps, remote);
      assert.deepEqual(
        calls.filter((call) => !call.startsWith('PATCH /actions/triggers/')),
        [],
      );
    });
  }

  it('of which only one is of the trigger is that one’s', async () => {
    const other = action('2', [{ id: 'post-login' }]);
    const steps = await plan({ actions: [action('1'), other] }, remoteOf([]));
    assert.deepEqual(
      steps.map(({ does, losses }) => [does, losses.length]),
      [
        ['create', 0],
        ['skip', 0],
      ],
    );
  });
});

describe('a name in the files that nothing has', () => {
  const web = { name: 'Web', app_type: 'spa' };
  for (const [what, files, told] of [
    ['a client', { clientGrants: [grant('Nobody')] }, 'client_id: its client is neither in the files nor in hookmint'],
    [
      'an API',
      { clientGrants: [{ client_id: 'a', audience: 'urn:nothing', scope: [] }] },
      'audience: its API is neither in the files nor in hookmint',
    ],
  ] as const) {
    it(`is a loss of the grant: ${what}`, async () => {
      const [only] = await plan(files, remoteOf([remoteClient('a', 'One')]));
      assert.deepEqual([only?.does, only?.losses], ['skip', [told]]);
    });
  }

  it('is none where the client is in the files and cannot have the grant', async () => {
    const steps = await plan({ clients: [web], clientGrants: [grant('Web')] }, remoteOf([]));
    assert.deepEqual(
      steps.map(({ does, losses }) => [does, losses]),
      [
        ['skip', []],
        ['skip', []],
      ],
    );
  });

  it('is told of secrets', () => {
    const files = TenantFiles.parse({
      hooks: [{ name: 'tier', script: '', triggerId: 'credentials-exchange', secrets: { KEY: 'old' } }],
      clients: [client('Carrier')],
      actions: [{ name: 'Region', code: '', supported_triggers: [], secrets: [{ name: 'KEY' }] }],
    });
    const secrets = SecretValues.parse({
      hooks: { tier: { KEY: '1', KEI: '2' }, teir: { KEY: '3' } },
      actions: { Region: { KEY: '4' }, constructor: { KEY: '5' } },
      clients: { Carrier: '6', Carier: '7' },
    });
    assert.deepEqual(unusedSecrets(secrets, files), [
      'hook tier: KEI',
      'hook teir',
      'action constructor',
      'client Carier',
    ]);
  });
});

describe("Auth0's own Management API", () => {
  const identifier = 'https://acme.eu.auth0.com/api/v2/';
  const custom = 'https://login.acme.com/api/v2/';
  const remote = {
    ...remoteOf([remoteClient('a', 'Ci')]),
    resourceServers: [
      { id: 'own', identifier: 'http://127.0.0.1/api/v2/', is_system: true, scopes: [{ value: 'read:clients' }] },
    ],
  };
  const files = (audience: string, scope: string[]) => ({
    resourceServers: [{ name: 'Auth0 Management API', identifier: audience, is_system: true, scopes: [] }],
    clientGrants: [{ client_id: 'Ci', audience, scope, allow_all_scopes: true }],
  });

  for (const audience of [identifier, custom]) {
    it(`at ${audience} is not made, and its grants become those of hookmint's own`, async () => {
      const steps = await plan(files(audience, ['read:clients', 'read:users']), remote);
      assert.deepEqual(
        steps.map(({ kind, does }) => `${does} ${kind}`),
        ['skip resource server', 'create client grant'],
      );
      assert.deepEqual(steps[1]?.notes, [
        "it is for hookmint's own Management API: read:clients",
        "hookmint's has nothing of: read:users",
      ]);
      const { calls, failures } = await carriedOut(steps, remote);
      assert.deepEqual(failures, []);
      const {
        client_id,
        audience: at,
        scope,
        ...others
      } = JSON.parse(calls[0]?.split(' ')[2] ?? '') as Record<string, unknown>;
      assert.deepEqual([client_id, at, scope, others], ['a', 'http://127.0.0.1/api/v2/', ['read:clients'], {}]);
    });
  }

  it('is granted by nothing that only Auth0 has', async () => {
    const steps = await plan(files(identifier, ['read:users']), remote);
    assert.deepEqual(
      steps.map(({ does }) => does),
      ['skip', 'skip'],
    );
  });
});
