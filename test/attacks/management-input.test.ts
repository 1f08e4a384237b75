import assert from 'node:assert/strict';
import { after } from 'node:test';
import { makeClient, openPatiently, type Body } from '../e2e/management-clients-fixtures.ts';
import type { Management } from '../support/management.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';
import { callAs, HOOK_SCRIPT, makeHook, secretsOf, untilIt } from './management-fixtures.ts';

// Against the running services: what a client with every scope gets done by what it sends.

const receiver = await startOtlpReceiver();
after(() => receiver.close());

let api: Management;
const stack = withStack(
  {
    hook: null,
    env: {
      LOG_LEVEL: 'debug',
      ...receiver.env,
    },
  },
  async (started) => {
    api = await openPatiently(started);
  },
);

const send = (method: string, path: string, json: string) => callAs(stack(), api.token, [method, path], json);
const ACTION = 'exports.onExecuteCredentialsExchange = async () => {};';

const inject = attackClass('injection into the database');

inject('members that are the service’s own, in every body that makes or changes something', async () => {
  const { client_id } = await makeClient(api);
  const before = (await api.call('GET', `/clients/${client_id}`)).body;
  for (const name of [
    'client_secrets',
    '_id',
    '_version',
    'credentials',
    'private_key_jwt',
    'profile',
    'id',
    'is_system',
  ]) {
    for (const [method, path] of [
      ['PATCH', `/clients/${client_id}`],
      ['POST', '/clients'],
      ['POST', '/hooks'],
      ['POST', '/actions/actions'],
      ['POST', '/resource-servers'],
      ['POST', '/client-grants'],
      ['PATCH', '/tenants/settings'],
    ] as const) {
      const answer = await api.call(method, path, { [name]: [] });
      assert.equal(answer.status, 400, `${method} ${path} ${name}`);
    }
  }
  assert.deepEqual((await api.call('GET', `/clients/${client_id}`)).body, before);
});

inject('operators in the place of values', async () => {
  const { client_id } = await makeClient(api);
  for (const operator of [{ $ne: '' }, { $gt: '' }, { $where: 'sleep(1)' }, ['x'], { _bsontype: 'Code', code: 'x' }]) {
    for (const body of [
      { name: operator },
      { description: operator },
      { grant_types: operator },
      { client_secret: operator },
    ]) {
      if (Array.isArray(operator) && 'grant_types' in body) continue;
      const { status } = await api.call('PATCH', `/clients/${client_id}`, body);
      assert.equal(status, 400, JSON.stringify(body));
    }
    assert.equal((await api.call('POST', '/client-grants', { client_id: operator, audience: operator })).status, 400);
  }
  for (const query of [
    'client_id[$ne]=',
    'client_id[]=x',
    'audience[$gt]=',
    'client_id=a&client_id=b',
    '$where=1',
    'from[$gt]=',
  ]) {
    assert.equal((await api.call('GET', `/client-grants?${query}`)).status, 400, query);
  }
  assert.deepEqual((await api.call('GET', '/client-grants?client_id=%7B%22%24ne%22%3A1%7D')).body, []);
});

inject('names that the database or its library takes for more than names', async () => {
  const { client_id } = await makeClient(api);
  const path = `/clients/${client_id}`;
  for (const [at, json] of [
    [path, '{"jwt_configuration":{"_bsontype":"ObjectId","id":"x"}}'],
    [path, '{"addons":{"deep":{"_bsontype":"Code"}}}'],
    [path, '{"client_metadata":{"_bsontype":"ObjectId"}}'],
    [path, '{"client_metadata":{"a\\u0000b":"x"}}'],
    // Read again, it is a type of the library's: no list of clients could be read any more.
    [path, '{"client_metadata":{"$ref":"a","$id":"b"}}'],
    [path, '{"addons":{"$ref":"a","$id":"b"}}'],
    [path, '{"claims":{"$ref":"a","$id":"b"}}'],
    [path, '{"claims":{"_bsontype":"Code","code":"1"}}'],
    [
      path,
      '{"client_authentication_methods":{"federated_jwt":{"credentials":[{"issuer":"i","subject":"s","claims":{"$ref":"a","$id":"b"}}]}}}',
    ],
    ['/tenants/settings', '{"flags":{"_bsontype":true}}'],
    ['/tenants/settings', '{"flags":{"$where":true}}'],
  ] as const) {
    const answer = await send('PATCH', at, json);
    assert.deepEqual([answer.status, (answer.body as Body).errorCode], [400, 'invalid_body'], json);
  }
  const kept = { $where: '1', 'a.b': { $set: { name: 'x' } }, constructor: { prototype: { polluted: 1 } } };
  const answer = await api.call('PATCH', path, { addons: kept, client_metadata: { $where: '1', 'a.b': '2' } });
  assert.deepEqual([(answer.body as Body).addons, (answer.body as Body).name], [kept, 'A client']);
  await send('PATCH', path, '{"addons":{"__proto__":{"polluted":1}},"client_metadata":{"__proto__":"x"}}');
  const { body } = await api.call('GET', path);
  assert.equal((body as { polluted?: unknown }).polluted, undefined);
});

inject('secrets of the names that every object has', async () => {
  const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];
  for (const name of names) {
    const supported_triggers = [{ id: 'credentials-exchange' }];
    const body = JSON.stringify({ name, code: ACTION, supported_triggers, secrets: [{ name }] });
    assert.equal((await send('POST', '/actions/actions', body)).status, 400, name);
    const { id } = await makeHook(api, `Secret ${name.replaceAll('_', '')}`);
    assert.ok((await send('PATCH', `/hooks/${id}/secrets`, `{"${name}":"x"}`)).status < 500);
    assert.ok((await send('POST', `/hooks/${id}/secrets`, `{"${name}":"x"}`)).status < 500);
  }
});

inject('fields that are not shown, and pages that are too large', async () => {
  const { client_id } = await makeClient(api);
  for (const fields of [
    'client_secrets',
    'client_secret',
    '_id',
    'credentials',
    'profile',
    '__proto__',
    'constructor',
  ]) {
    assert.deepEqual((await api.call('GET', `/clients/${client_id}?fields=${fields}`)).body, {}, fields);
  }
  const all = (await api.call('GET', `/clients/${client_id}?fields=name&include_fields=false`)).body;
  assert.ok(!JSON.stringify(all).includes('secret":'));
  for (const query of [
    'per_page=101',
    'per_page=-1',
    'page=1e3',
    'take=1000',
    'page=99999999999',
    'per_page=0x10',
    'from=x&page=0',
  ]) {
    assert.equal((await api.call('GET', `/clients?${query}`)).status, 400, query);
  }
});

inject('control characters in the names that terminals and tools show', async () => {
  for (const character of ['\u0000', '\u001b', '\n', '\u007f', '\u009b']) {
    for (const [path, more] of [
      ['/clients', {}],
      ['/resource-servers', { identifier: 'urn:x' }],
      ['/actions/actions', { code: ACTION, supported_triggers: [{ id: 'credentials-exchange' }] }],
    ] as const) {
      assert.equal((await api.call('POST', path, { ...more, name: `a${character}b` })).status, 400, path);
    }
  }
});

const leak = attackClass('secrets read back');

leak('by any answer, audit event, span or line of the log, once they were written', async () => {
  const from = stack().output().length;
  const canary = {
    client: `canary-client-${'x'.repeat(40)}`,
    hook: 'canary-hook-secret',
    action: 'canary-action-secret',
  };
  const { client_id } = await makeClient(api, { client_secret: canary.client, name: 'Canary' });
  const hook = {
    name: 'canary',
    script: HOOK_SCRIPT,
    triggerId: 'credentials-exchange',
    hookmint: { secrets: { key: canary.hook } },
  };
  const hookId = String(((await api.call('POST', '/hooks', hook)).body as Body).id);
  await api.call('PATCH', `/hooks/${hookId}/secrets`, { key: `${canary.hook}-2` });
  const supported_triggers = [{ id: 'credentials-exchange' }];
  const secrets = [{ name: 'key', value: canary.action }];
  const action = await api.call('POST', '/actions/actions', {
    name: 'canary',
    code: ACTION,
    supported_triggers,
    secrets,
    deploy: true,
  });
  const actionId = String((action.body as Body).id);
  await api.call('PATCH', `/clients/${client_id}`, { client_secret: `${canary.client}-2` });
  // Refused, and refused with the value in the place of something else.
  await send('PATCH', `/clients/${client_id}`, `{"client_secret":"${canary.client}","name":"<"}`);
  await send('PATCH', `/clients/${client_id}`, `{"client_secret":"${canary.client}",`);
  await send('POST', `/hooks/${hookId}/secrets`, `{"key":"${canary.hook}"}`);

  const paths = [
    ...[
      '/clients',
      `/clients/${client_id}`,
      `/clients/${client_id}/credentials`,
      '/client-grants',
      '/hooks',
      `/hooks/${hookId}`,
    ],
    ...[`/hooks/${hookId}/secrets`, `/hooks/${hookId}/revisions`, '/actions/actions', `/actions/actions/${actionId}`],
    ...[`/actions/actions/${actionId}/versions`, '/keys/signing', '/tenants/settings', '/resource-servers'],
  ];
  const told = [JSON.stringify(action.body)];
  for (const path of paths) {
    const answer = await api.call('GET', path);
    assert.equal(answer.status, 200, path);
    told.push(JSON.stringify(answer.body));
  }
  await untilIt(
    async () => (await api.call('GET', '/logs?q=type:sapi&per_page=20')).body as { details: Body }[],
    (logs) => logs.some(({ details }) => details.document_id === actionId),
  );
  told.push(JSON.stringify((await api.call('GET', '/logs?per_page=100')).body), stack().output().slice(from));
  await receiver.until(() => receiver.text().includes('/clients/:client_id/credentials'), 'the spans');
  const all = [...told, receiver.text()].join('\n');
  for (const secret of [
    'canary-client-',
    canary.hook,
    canary.action,
    stack().managementClientSecret,
    '"d":',
    'PRIVATE KEY',
    'private_jwe',
  ])
    assert.ok(!all.includes(secret), secret);
  for (const [name, key] of Object.entries(secretsOf(stack())))
    if (name.endsWith('_key')) assert.ok(!all.includes(String(key)), name);
});
