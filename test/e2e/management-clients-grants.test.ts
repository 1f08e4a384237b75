import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { openManagement, type Management } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import {
  grantClient,
  makeClient,
  openPatiently,
  refused,
  told,
  type Body,
  type MadeClient,
} from './management-clients-fixtures.ts';

const AUDIENCE = 'https://orders.example.com/';
let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
  await makeApi(AUDIENCE);
});

async function makeApi(identifier: string): Promise<string> {
  const scopes = ['read:orders', 'write:orders', 'read:all'].map((value) => ({ value }));
  const { status, body } = await api.call('POST', '/resource-servers', { identifier, name: identifier, scopes });
  assert.equal(status, 201);
  return String((body as Body).id);
}

async function scopeOfToken({ client_id, client_secret }: MadeClient, audience = AUDIENCE): Promise<unknown> {
  const { status, body } = await requestToken(stack(), { client_id, client_secret, audience });
  return status === 200 ? body.scope : status;
}

describe('a client grant', () => {
  it('is made, read, found and deleted, and each time the next token knows', async () => {
    const client = await makeClient(api);
    const { client_id } = client;
    assert.equal(await scopeOfToken(client), 403);
    const grant = await grantClient(api, client_id, AUDIENCE, ['read:orders']);
    assert.match(String(grant.id), /^cgr_[A-Za-z0-9]{16}$/);
    assert.deepEqual(grant, { id: grant.id, client_id, audience: AUDIENCE, scope: ['read:orders'] });
    assert.equal(await scopeOfToken(client), 'read:orders');

    const path = `/client-grants/${String(grant.id)}`;
    assert.deepEqual(await told(api.call('GET', path)), [200, grant]);
    const query = `client_id=${client_id}&audience=${encodeURIComponent(AUDIENCE)}`;
    assert.deepEqual(await told(api.call('GET', `/client-grants?${query}`)), [200, [grant]]);

    const changed = { ...grant, scope: ['read:orders', 'write:orders'] };
    assert.deepEqual(await told(api.call('PATCH', path, { scope: changed.scope })), [200, changed]);
    assert.equal(await scopeOfToken(client), 'read:orders write:orders');

    assert.deepEqual(await told(api.call('DELETE', path)), [204, undefined]);
    assert.equal(await scopeOfToken(client), 403);
    await refused(api.call('GET', path), 404, 'The client grant does not exist');
    await refused(api.call('PATCH', path, { scope: [] }), 404, 'The client grant does not exist');
    assert.deepEqual(await told(api.call('DELETE', path)), [204, undefined]);
  });

  it('may be for all scopes, those included that the API gets later', async () => {
    const audience = 'https://growing.example.com/';
    const apiId = await makeApi(audience);
    const client = await makeClient(api);
    const { status, body } = await api.call('POST', '/client-grants', {
      client_id: client.client_id,
      audience,
      allow_all_scopes: true,
      subject_type: 'client',
    });
    const { id, ...grant } = body as Body;
    assert.deepEqual(
      [status, grant],
      [201, { client_id: client.client_id, audience, allow_all_scopes: true, subject_type: 'client' }],
    );
    await api.call('PATCH', `/resource-servers/${apiId}`, { scopes: [{ value: 'a' }, { value: 'b' }] });
    assert.equal(await scopeOfToken(client, audience), 'a b');
    await api.call('PATCH', `/client-grants/${String(id)}`, { scope: ['a'] });
    assert.equal(await scopeOfToken(client, audience), 'a');
  });

  it('of the Management API makes another client that may call it, as far as its scopes go', async () => {
    const client = await makeClient(api);
    const audience = `${stack().url}/api/v2/`;
    await grantClient(api, client.client_id, audience, ['read:clients']);
    const other = await openManagement(stack(), client);
    assert.equal((await other.call('GET', '/clients')).status, 200);
    await refused(other.call('GET', '/client-grants'), 403, 'Insufficient scope, expected any of: read:client_grants');
    await refused(
      api.call('POST', '/client-grants', { client_id: stack().clientId, audience, scope: ['read:everything'] }),
      400,
      `Payload validation error: 'the API ${audience} has no scope read:everything; add it to the API first' on property scope.`,
    );
  });

  it('is there once for each client and API', async () => {
    const { client_id } = await makeClient(api);
    const grant = { client_id, audience: AUDIENCE, scope: [] };
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.call('POST', '/client-grants', grant)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409, 409]);
    await refused(
      api.call('POST', '/client-grants', grant),
      409,
      `The client ${client_id} has a grant for ${AUDIENCE} already.`,
    );
  });

  it('needs a client and an API that are there', async () => {
    const { client_id } = await makeClient(api);
    const post = (body: Body) => api.call('POST', '/client-grants', { scope: [], ...body });
    await refused(post({ client_id: 'nobody', audience: AUDIENCE }), 404, 'The client does not exist');
    await refused(post({ client_id, audience: 'https://nothing/' }), 404, 'The resource server does not exist');
    assert.deepEqual(await told(api.call('GET', `/client-grants?client_id=${client_id}`)), [200, []]);
  });

  for (const [what, body, message] of [
    ['no client', { client_id: undefined }, "'is required' on property client_id."],
    [
      'a default',
      { default_for: 'third_party_clients' },
      "'is not supported; name one client in client_id' on property default_for.",
    ],
    [
      'users for its subject',
      { subject_type: 'user' },
      "'must be client: tokens are issued to clients only' on property subject_type.",
    ],
    [
      'scopes that the API has not',
      { scope: ['read:orders', 'x', 'y'] },
      `'the API ${AUDIENCE} has no scope x, y; add it to the API first' on property scope.`,
    ],
    [
      'scopes besides all scopes',
      { allow_all_scopes: true },
      "'must not be sent together with allow_all_scopes' on property scope.",
    ],
    ['a member nobody knows', { foo: 1 }, "'Additional properties not allowed: foo'."],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      const { client_id } = await makeClient(api);
      const grant = { client_id, audience: AUDIENCE, scope: ['read:orders'], ...body };
      await refused(api.call('POST', '/client-grants', grant), 400, `Payload validation error: ${message}`);
    });
  }

  it('cannot change whose it is, or for what', async () => {
    const { client_id } = await makeClient(api);
    const { id } = await grantClient(api, client_id, AUDIENCE, []);
    await refused(
      api.call('PATCH', `/client-grants/${String(id)}`, { client_id: 'x', audience: 'y', subject_type: 'client' }),
      400,
      "Payload validation error: 'Additional properties not allowed: client_id, audience, subject_type'.",
    );
  });

  it('is told again with what it says of organizations, which is that there are none', async () => {
    const { client_id } = await makeClient(api);
    const profile = { organization_usage: 'deny', allow_any_organization: false, authorization_details_types: [] };
    const grant = { client_id, audience: AUDIENCE, scope: [], ...profile };
    const { body } = await api.call('POST', '/client-grants', grant);
    assert.deepEqual(body, { ...grant, id: (body as Body).id });
    const ids = async (query: string): Promise<unknown[]> =>
      ((await api.call('GET', `/client-grants?client_id=${client_id}&${query}`)).body as Body[]).map(({ id }) => id);
    assert.deepEqual(await ids('allow_any_organization=true'), []);
    assert.deepEqual(await ids('allow_any_organization=false'), [(body as Body).id]);
    assert.deepEqual(await ids('subject_type=client'), [(body as Body).id]);
    assert.deepEqual(await ids('subject_type=user'), []);
    assert.deepEqual(await ids('default_for=third_party_clients'), []);
  });
});

describe('the list of client grants', () => {
  it('is walked as auth0-deploy-cli does', async () => {
    const clients = await Promise.all([1, 2, 3].map(() => makeClient(api)));
    for (const { client_id } of clients) await grantClient(api, client_id, AUDIENCE, []);
    const { body } = await api.call('GET', '/client-grants?take=50&include_totals=true');
    const all = (body as { client_grants: Body[] }).client_grants.map(({ id }) => id);
    assert.deepEqual(Object.keys(body as Body), ['client_grants']);
    const walked: unknown[] = [];
    for (let from: string | undefined = ''; from !== undefined;) {
      const path = `/client-grants?take=2&include_totals=true${from === '' ? '' : `&from=${from}`}`;
      const page = (await api.call('GET', path)).body as { client_grants: Body[]; next?: string };
      walked.push(...page.client_grants.map(({ id }) => id));
      from = page.next;
    }
    assert.deepEqual(walked, all);
    const byPage = (await api.call('GET', '/client-grants?page=0&per_page=1&include_totals=true')).body as Body;
    assert.deepEqual([byPage.start, byPage.limit, byPage.total], [0, 1, all.length]);
  });
});

const MAX_ROUNDS = 60;

describe('grants that are made while an API or a client goes', () => {
  for (const what of ['API', 'client'] as const) {
    it(`never outlive the ${what}`, async () => {
      const grants = clientGrantsIn(await stack().db());
      let made = 0;
      // Later and later from round to round: what is deleted at once is gone before any grant where the machine has other work.
      for (let round = 0; round < 8 || (made === 0 && round < MAX_ROUNDS); round++) {
        const audience = `https://short-lived.example.com/${what}/${String(round)}`;
        const apiId = await makeApi(audience);
        const clients = await Promise.all(Array.from({ length: 4 }, () => makeClient(api)));
        const end = what === 'API' ? [`/resource-servers/${apiId}`] : clients.map((one) => `/clients/${one.client_id}`);
        const posts = clients.map(({ client_id }) => api.call('POST', '/client-grants', { client_id, audience }));
        await delay(round);
        const deletes = end.map((path) => api.call('DELETE', path));
        for (const { status } of await Promise.all(posts)) {
          assert.ok([201, 404].includes(status), String(status));
          if (status === 201) made++;
        }
        for (const { status } of await Promise.all(deletes)) assert.equal(status, 204);
        assert.equal(await grants.count({ audience }), 0);
      }
      assert.ok(made > 0, 'no grant was made before the end, so nothing was tried');
    });
  }
});

describe('tenant settings', () => {
  const patch = (body: Body) => api.call('PATCH', '/tenants/settings', body);

  it('are Auth0 tools’ own, and are told again', async () => {
    const first = await api.call('GET', '/tenants/settings');
    assert.deepEqual(
      [first.status, first.body],
      [
        200,
        {
          flags: {},
          sandbox_version: '22',
          sandbox_versions_available: ['22'],
          default_audience: '',
          custom_claims: 'namespaced',
          resource_parameter_profile: 'compatibility',
          error_dialect: 'auth0',
        },
      ],
    );
    const settings = {
      friendly_name: 'Demo',
      support_email: 'a@b',
      sandbox_version: '22',
      session_lifetime: 168,
      enabled_locales: ['en'],
      change_password: { enabled: true, html: '<html>' },
      sessions: null,
    };
    await patch({ ...settings, flags: { enable_sso: true, enable_pipeline2: false } });
    const { status, body } = await patch({ flags: { enable_pipeline2: true } });
    const expected = { ...(first.body as Body), ...settings, flags: { enable_sso: true, enable_pipeline2: true } };
    assert.deepEqual([status, body], [200, expected]);
    assert.deepEqual(await told(api.call('GET', '/tenants/settings')), [200, expected]);
    assert.deepEqual(await told(api.call('GET', '/tenants/settings?fields=friendly_name,flags')), [
      200,
      { friendly_name: 'Demo', flags: expected.flags },
    ]);
  });

  it('say which API a token is for that names none', async () => {
    const client = await makeClient(api);
    await grantClient(api, client.client_id, AUDIENCE, ['read:orders']);
    const { client_id, client_secret } = client;
    const scope = async () => {
      const answer = await requestToken(stack(), { client_id, client_secret, audience: undefined });
      return answer.status === 200 ? answer.body.scope : answer.status;
    };
    await patch({ default_audience: AUDIENCE });
    assert.equal(await scope(), 'read:orders');
    await refused(
      patch({ default_audience: 'https://nothing/' }),
      400,
      "Payload validation error: 'there is no API with the identifier https://nothing/' on property default_audience.",
    );
    for (const unset of ['', null]) {
      await patch({ default_audience: AUDIENCE });
      assert.equal(((await patch({ default_audience: unset })).body as Body).default_audience, '');
      assert.equal(await scope(), 403);
    }
  });

  it('keep every change of many writers', async () => {
    const names = ['enable_sso', 'enable_pipeline2', 'genai_trial', 'universal_login', 'enable_apis_section'];
    await Promise.all(names.map((name) => patch({ flags: { [name]: true } })));
    const { flags } = (await api.call('GET', '/tenants/settings')).body as { flags: Body };
    for (const name of names) assert.equal(flags[name], true, name);
  });

  for (const [what, body, message] of [
    ['a member nobody knows', { foo: 1 }, "'Additional properties not allowed: foo'."],
    [
      'another sandbox',
      { sandbox_version: '8' },
      "'can only be 22: hooks and Actions have the API of Node.js 22; try them with a dry run' on property sandbox_version.",
    ],
    [
      'a flag that is none',
      { flags: { enable_sso: 'yes' } },
      "'Invalid input: expected boolean, received string' on property flags.enable_sso.",
    ],
    [
      'a flag that nobody knows',
      { flags: { a: true } },
      "'can only be false: hookmint does not know this flag; leave it out' on property flags.a.",
    ],
    [
      'a rule nobody knows',
      { custom_claims: 'any' },
      '\'Invalid option: expected one of "namespaced"|"relaxed"\' on property custom_claims.',
    ],
  ] as const) {
    it(`are refused with ${what}`, () => refused(patch(body), 400, `Payload validation error: ${message}`));
  }
});
