import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { carryOut } from '../../cli/sync/carry-out.ts';
import { planOf } from '../../cli/sync/plan.ts';
import type { Remote } from '../../cli/sync/remote.ts';
import { SecretValues } from '../../cli/sync/secret-values.ts';
import type { Step } from '../../cli/sync/step.ts';
import { TenantFiles } from '../../cli/tenant-files/model.ts';

// A name in the files that several bear says of none of them what may be done to it.

const AUDIENCE = 'urn:orders';
const remoteOf = (clients: Remote['clients'], clientGrants: Remote['clientGrants'] = []): Remote => ({
  managementAudience: 'http://127.0.0.1/api/v2/',
  resourceServers: [{ id: 'api', identifier: AUDIENCE }],
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

function plan(files: unknown, remote: Remote, prune = false): Step[] {
  return planOf({
    files: TenantFiles.parse(files),
    remote,
    secrets: SecretValues.parse({}),
    takes: () => undefined,
    prune,
  });
}

/** Carries a plan out against an API that notes what it is asked. */
async function carriedOut(steps: Step[], remote: Remote) {
  const calls: string[] = [];
  const never = (): Promise<never> => Promise.reject(new Error('not asked'));
  const call = (method: string, path: string, body?: unknown): Promise<unknown> => {
    calls.push(`${method} ${path} ${JSON.stringify(body ?? null)}`);
    return Promise.resolve({ id: 'made', client_id: `made-${String(calls.length)}` });
  };
  const { failures } = await carryOut(
    steps,
    { baseUrl: 'http://127.0.0.1/', call, open: never, describe: never },
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
      const steps = plan(files, remote);
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

  it('is not pruned from either of them', () => {
    const grants = ['a', 'b'].map((client_id) => ({ id: `g-${client_id}`, ...grant(client_id) }));
    const remote = remoteOf([remoteClient('a', 'Twin'), remoteClient('b', 'Twin')], grants);
    const steps = plan({ clientGrants: [grant('Twin')] }, remote, true);
    assert.deepEqual(
      steps.map(({ does }) => does),
      ['skip'],
    );
  });

  it('is made where the name, or the id, is that of one', async () => {
    const remote = remoteOf([remoteClient('a', 'One'), remoteClient('b', 'Twin'), remoteClient('c', 'Twin')]);
    const { calls, failures } = await carriedOut(plan({ clientGrants: [grant('One'), grant('c')] }, remote), remote);
    assert.deepEqual(failures, []);
    assert.deepEqual(
      calls.map((call) => /"client_id":"(\w+)"/.exec(call)?.[1]),
      ['a', 'c'],
    );
  });

  it('of a client that the files bring is made for that one', async () => {
    const remote = remoteOf([]);
    const { calls } = await carriedOut(
      plan({ clients: [client('New')], clientGrants: [grant('New')] }, remote),
      remote,
    );
    assert.match(calls[1] ?? '', /client-grants .*"client_id":"made-1"/);
  });
});

describe('a client of the files without an id', () => {
  it('is not taken for one of several that are called so', async () => {
    const remote = remoteOf([remoteClient('a', 'Twin'), remoteClient('b', 'Twin')]);
    const steps = plan({ clients: [{ ...client('Twin'), description: 'changed' }] }, remote);
    const { calls, failures } = await carriedOut(steps, remote);
    assert.deepEqual(calls, []);
    assert.deepEqual(
      failures.map(({ reason }) => reason),
      ['several clients have the name Twin; the files must give the client_id'],
    );
  });

  it('is not made beside another of the same name: the next import could not tell them apart', async () => {
    const { calls, failures } = await carriedOut(
      plan({ clients: [client('Twin'), client('Twin')] }, remoteOf([])),
      remoteOf([]),
    );
    assert.deepEqual(calls, []);
    assert.equal(failures.length, 2);
  });
});
