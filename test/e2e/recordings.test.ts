import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BSON } from 'mongodb';
import { fit } from '../../services/management/recordings/keep-recordings.ts';
import { recordingsIn } from '../../shared/store/recordings.ts';
import { canary, CANARY_MARK } from '../support/canary.ts';
import { openManagement, type Management } from '../support/management.ts';
import { addClient, addGrant } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const HOOK = `module.exports = (client, scope, audience, context, cb) =>
  cb(null, { scope, 'https://example.com/region': context.body.region });`;
const CLIENT = 'recorded-client';
const [secret, ofMetadata, ofBody, deeper, password, ofClaim] = [
  'client-secret',
  'redacted-metadata',
  'redacted-body',
  'redacted-deeper',
  'password',
  'redacted-claim',
].map(canary) as [string, string, string, string, string, string];

let management: Management;
const onBus: string[] = [];

const stack = withStack({ own: true, hook: HOOK }, async (started) => {
  management = await openManagement(started);
  const bus = await started.bus();
  for (const name of ['token.issued', 'config.written', 'hook.log']) {
    bus.subscribe(`hookmint.demo.${name}`, { callback: (_error, message) => void onBus.push(message.string()) });
  }
  await bus.flush();
  await addClient(
    started,
    {
      client_id: CLIENT,
      client_metadata: { plan: 'full', ssn: ofMetadata, copy: `a copy of ${ofMetadata}` },
      claims: { 'https://example.com/ssn': '{{client.metadata.ssn}}', 'https://example.com/hidden': ofClaim },
    },
    [secret],
  );
  await addGrant(started, CLIENT, started.audience, ['read:data']);
});

const BODY = {
  region: 'eu',
  tax_id: ofBody,
  address: JSON.stringify({ of: ofBody }),
  password,
};

async function askForToken(more: Record<string, unknown> = {}): Promise<void> {
  const response = await fetch(`${stack().url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'recorded/1.0' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: CLIENT,
      client_secret: secret,
      audience: stack().audience,
      ...BODY,
      ...more,
    }),
  });
  assert.equal(response.status, 200, await response.text());
}

async function settings(recording: unknown): Promise<void> {
  const { status, body } = await management.call('PATCH', '/tenants/settings', { recording });
  assert.equal(status, 200, JSON.stringify(body));
}

type List = { total: number; bytes: number; recordings: { id: string; client_id: string }[] };
async function recorded(query = ''): Promise<List> {
  const { status, body } = await management.call('GET', `/hook-recordings${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body as List;
}

/** All bytes that MongoDB has of the recordings. */
async function stored(): Promise<Buffer> {
  const documents = await (await stack().db()).collection('hook_recordings').find().toArray();
  return Buffer.concat(documents.map((document) => Buffer.from(BSON.serialize(document))));
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);

describe('recordings', () => {
  it('nothing is recorded until it is asked for, and then what hooks are told, but for what is redacted', async () => {
    await askForToken();
    await settings({
      percent: 100,
      redact_body: ['tax_id', 'DEEP'],
      redact_metadata: ['ssn'],
      redact_claims: ['https://example.com/hidden'],
    });
    await askForToken({ nested: { list: [{ deep: deeper }] } });
    await until('it is recorded', async () => (await recorded()).total === 1);
    const [first] = (await recorded()).recordings;
    assert.equal(first?.client_id, CLIENT);
    const { id } = first;
    const { status, body } = await management.call('GET', `/hook-recordings/${id}`);
    assert.equal(status, 200, JSON.stringify(body));
    const { event } = body as { event: Record<string, unknown> & { request: Record<string, unknown> } };
    assert.deepEqual(event.client, {
      id: CLIENT,
      name: CLIENT,
      tenant: 'demo',
      metadata: { plan: 'full', ssn: '[redacted]', copy: 'a copy of [redacted]' },
    });
    assert.deepEqual(event.custom_claims, {
      'https://example.com/ssn': '[redacted]',
      'https://example.com/hidden': '[redacted]',
    });
    assert.deepEqual(event.body, {
      grant_type: 'client_credentials',
      client_id: CLIENT,
      audience: stack().audience,
      region: 'eu',
      tax_id: '[redacted]',
      address: '{"of":"[redacted]"}',
      password: '[redacted]',
      nested: { list: [{ deep: '[redacted]' }] },
    });
    assert.deepEqual([event.scope, event.audience], [['read:data'], stack().audience]);
    assert.deepEqual([event.request.user_agent, event.request.method], ['recorded/1.0', 'POST']);
    assert(!JSON.stringify(body).includes(CANARY_MARK));
  });

  it('a recording is the event of a dry run as it is', async () => {
    const { body: hooks } = await management.call('GET', '/hooks?enabled=true');
    const hook = (hooks as { id: string }[])[0]?.id ?? '';
    const id = (await recorded()).recordings[0]?.id ?? '';
    const { body } = await management.call('GET', `/hook-recordings/${id}`);
    const { event } = body as { event: unknown };
    const { body: revisions } = await management.call('GET', `/hooks/${hook}/revisions`);
    const revision = (revisions as { revisions: { revision: string }[] }).revisions[0]?.revision ?? '';
    const run = await management.call('POST', `/hooks/${hook}/revisions/${revision}/dry-run`, { event });
    const { token } = run.body as { token: { claims: Record<string, unknown> } };
    assert.equal(token.claims['https://example.com/region'], 'eu', JSON.stringify(run.body));
  });

  it('neither MongoDB, nor its files, nor the bus has a secret, a redacted value, or the input in the clear', async () => {
    const clear = 'region-in-the-clear';
    await askForToken({ region: clear });
    const before = await recorded();
    await until('it is recorded', async () => (await recorded()).total > Math.max(1, before.total - 1));
    const bytes = await stored();
    assert(bytes.length > 500);
    // Otherwise MongoDB may not have written it yet.
    await (await stack().db()).admin().command({ fsync: 1 });
    for (const needle of [ofMetadata, ofBody, deeper, password, ofClaim, secret, clear, 'recorded/1.0']) {
      assert(!bytes.includes(needle), `a stored recording has ${needle.slice(0, 40)}`);
    }
    const ofDatabase = filesBelow(stack().dataDir).filter((file) => /hook_recordings|collection-/.test(file));
    assert(ofDatabase.length > 0);
    for (const file of filesBelow(stack().dataDir)) {
      const content = readFileSync(file);
      for (const needle of [ofBody, deeper, password, clear]) assert(!content.includes(needle), file);
    }
    for (const message of onBus) for (const needle of [ofBody, deeper, password]) assert(!message.includes(needle));
  });

  it('who reads one is in the audit', async () => {
    const id = (await recorded()).recordings[0]?.id ?? '';
    await management.call('GET', `/hook-recordings/${id}`);
    await until('the log is there', async () => {
      const search = encodeURIComponent('type:sapi AND description:"Read a recorded request"');
      const { body } = await management.call('GET', `/logs?q=${search}`);
      return (body as { details: { request?: unknown }; client_id: string }[]).some((log) =>
        JSON.stringify(log).includes(id),
      );
    });
  });

  it('those of a deleted client are gone, and what comes of it later too', async () => {
    const other = canary('client-secret');
    await addClient(stack(), { client_id: 'short-lived' }, [other]);
    await addGrant(stack(), 'short-lived', stack().audience, ['read:data']);
    await stack().announceChange();
    const ask = () => requestToken(stack(), { client_id: 'short-lived', client_secret: other });
    assert.equal((await ask()).status, 200);
    await until('it is recorded', async () => (await recorded('?client_id=short-lived')).total === 1);
    await ask();
    assert.equal((await management.call('DELETE', '/clients/short-lived')).status, 204);
    await askForToken();
    await until('a later one is recorded', async () => (await recorded(`?client_id=${CLIENT}`)).total >= 3);
    await until('none is left', async () => (await recorded('?client_id=short-lived')).total === 0);
  });

  it('the oldest go first when there are too many bytes', async () => {
    const recordings = recordingsIn(await stack().db());
    await settings({ percent: 0, max_mib: 1 });
    await recordings.remove({});
    const sealed = Buffer.alloc(100_000, 1);
    const all = Array.from({ length: 15 }, (_, n) => ({
      id: `large-${String(n)}`,
      at: new Date(Date.now() - n * 1_000),
      client_id: CLIENT,
      audience: 'a',
      key: 'k',
      sealed,
    }));
    await recordings.add(all);
    await fit(await stack().db());
    const { bytes, recordings: left } = await recorded();
    assert(bytes <= 1_048_576 && bytes > 800_000, String(bytes));
    assert.deepEqual(
      left.map(({ id }) => id),
      all.slice(0, left.length).map(({ id }) => id),
    );
  });

  it('what is older than it may be is gone', async () => {
    await settings({ percent: 0, max_hours: 2 });
    const recordings = recordingsIn(await stack().db());
    await recordings.remove({});
    const ofAge = (id: string, hours: number) => ({
      id,
      at: new Date(Date.now() - hours * 3_600_000),
      client_id: CLIENT,
      audience: 'a',
      key: 'k',
      sealed: Buffer.alloc(10),
    });
    await recordings.add([ofAge('old', 2.1), ofAge('new', 1.9)]);
    assert.deepEqual(
      (await recorded()).recordings.map(({ id }) => id),
      ['new'],
    );
    assert.equal((await management.call('GET', '/hook-recordings/old')).status, 404);
    await fit(await stack().db());
    assert.equal(await recordings.find('old'), undefined);
  });

  it('none is taken when the share is 0, and all can be deleted at once', async () => {
    await settings({ percent: 0 });
    await askForToken();
    assert.equal((await management.call('DELETE', '/hook-recordings')).status, 204);
    await settings({ percent: 100 });
    await askForToken({ region: 'the only one' });
    await until('it is recorded', async () => (await recorded()).total >= 1);
    assert.equal((await recorded()).total, 1);
    await settings(null);
    const { body } = await management.call('GET', '/tenants/settings');
    assert(!('recording' in (body as object)));
  });
});
