import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientsIn } from '../../shared/store/clients.ts';
import type { Management } from '../support/management.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';
import { without } from '../support/without.ts';
import {
  grantClient,
  makeClient,
  openPatiently,
  openWithScopes,
  refused,
  told,
  tokenStatus as tokenStatusAt,
  type Body,
  type MadeClient,
} from './management-clients-fixtures.ts';

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
});

const make = (body?: Body): Promise<MadeClient> => makeClient(api, body);
const withScopes = (...scope: string[]): Promise<Management> => openWithScopes(api, stack(), ...scope);
const tokenStatus = (id: string, secret: string): Promise<number> => tokenStatusAt(stack(), id, secret);

async function makeGranted(body?: Body): Promise<MadeClient> {
  const client = await make(body);
  await grantClient(api, client.client_id, stack().audience, ['read:data']);
  return client;
}

describe('a new client', () => {
  it('has an id, a secret that is shown once, and the defaults of its type', async () => {
    const made = await make({ description: 'Of a test' });
    assert.match(made.client_id, /^[A-Za-z0-9]{32}$/);
    assert.match(made.client_secret, /^[\w-]{64}$/);
    const shown = without(made, 'client_secret');
    assert.deepEqual(shown, {
      client_id: made.client_id,
      tenant: 'demo',
      global: false,
      name: 'A client',
      description: 'Of a test',
      is_first_party: true,
      app_type: 'non_interactive',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
    });
    assert.deepEqual(await told(api.call('GET', `/clients/${made.client_id}`)), [200, shown]);
    const stored = JSON.stringify(await clientsIn(await stack().db()).find(made.client_id));
    assert.equal(stored.includes(made.client_secret), false);
  });

  for (const [app_type, method, grants] of [
    [undefined, 'client_secret_post', ['authorization_code', 'implicit', 'refresh_token', 'client_credentials']],
    ['regular_web', 'client_secret_post', ['authorization_code', 'implicit', 'refresh_token', 'client_credentials']],
    ['spa', 'none', ['authorization_code', 'implicit', 'refresh_token']],
    ['native', 'none', ['authorization_code', 'implicit', 'refresh_token']],
  ] as const) {
    it(`authenticates as a client of type ${String(app_type)} does`, async () => {
      const made = await make({ app_type });
      assert.deepEqual([made.token_endpoint_auth_method, made.grant_types], [method, grants]);
    });
  }

  it('gets a token at once where it is granted one', async () => {
    const { client_id, client_secret } = await makeGranted();
    assert.equal(await tokenStatus(client_id, client_secret), 200);
    assert.equal(await tokenStatus(client_id, 'x'.repeat(64)), 401);
  });

  it('may bring its id and its secret along', async () => {
    const own = { client_id: 'moved-in', client_secret: 'S'.repeat(48) };
    const made = await makeGranted(own);
    assert.deepEqual({ client_id: made.client_id, client_secret: made.client_secret }, own);
    assert.equal(await tokenStatus(own.client_id, own.client_secret), 200);
    await refused(
      api.call('POST', '/clients', { name: 'Twice', ...own }),
      409,
      'A client with the client_id moved-in exists already.',
    );
  });

  it("keeps what Auth0's tools say of it, and tells it again", async () => {
    const profile = {
      callbacks: ['https://a/', 'https://b/'],
      allowed_origins: [],
      jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 36_000, scopes: {} },
      refresh_token: { rotation_type: 'non-rotating', leeway: 0 },
      addons: { samlp: { mappings: { 'a.b': '$c' } } },
      native_social_login: { apple: { enabled: false } },
      token_quota: { client_credentials: { enforce: true, per_hour: 10 } },
      is_first_party: false,
      custom_login_page: '<html>',
      par_request_expiry: null,
      sso_disabled: false,
      client_metadata: { plan: 'full', json: '{"a":1}' },
    };
    const made = await make(profile);
    const { body } = await api.call('GET', `/clients/${made.client_id}`);
    assert.deepEqual({ ...(body as Body), ...profile }, body);
  });

  for (const [what, body, message] of [
    ['no name', { name: undefined }, "'is required' on property name."],
    ['markup in its name', { name: '<b>' }, "'must not contain < or >' on property name."],
    ['members nobody knows', { foo: 1, bar: 2 }, "'Additional properties not allowed: foo, bar'."],
    [
      'a text where there is a list',
      { callbacks: 'https://a/' },
      "'Invalid input: expected array, received string' on property callbacks.",
    ],
    [
      'a type nobody knows',
      { app_type: 'robot' },
      "'must be non_interactive, spa, native, regular_web or another type of Auth0' on property app_type.",
    ],
    [
      'a method nobody knows',
      { token_endpoint_auth_method: 'magic' },
      "'must be one of none, client_secret_post, client_secret_basic' on property token_endpoint_auth_method.",
    ],
    [
      'a number in its metadata',
      { client_metadata: { a: 1 } },
      "'Invalid input: expected string, received number' on property client_metadata.a.",
    ],
    [
      'too much metadata',
      { client_metadata: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`k${String(n)}`, 'v'])) },
      "'must have at most 10 entries' on property client_metadata.",
    ],
    [
      'a short secret',
      { client_secret: 'x'.repeat(47) },
      "'Too small: expected string to have >=48 characters' on property client_secret.",
    ],
    [
      'a name that the database cannot keep',
      { addons: { 'a\0': 1 } },
      "'is nested too deeply, or has a name that is not allowed' on property addons.",
    ],
    [
      'something bottomless',
      { addons: JSON.parse('{"a":'.repeat(200) + '1' + '}'.repeat(200)) as unknown },
      "'is nested too deeply, or has a name that is not allowed' on property addons.",
    ],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      const all = { name: 'A client', ...body };
      await refused(api.call('POST', '/clients', all), 400, `Payload validation error: ${message}`);
    });
  }
});

describe('the list of clients', () => {
  it('comes bare, by page with totals, and by checkpoint, in one order', async () => {
    for (const name of ['one', 'two', 'three']) await make({ name });
    const { body } = await api.call('GET', '/clients?per_page=100');
    const ids = (body as Body[]).map(({ client_id }) => client_id);
    assert.ok(ids.length >= 5);
    const byPage = await api.call('GET', '/clients?page=1&per_page=2&include_totals=true&is_global=false');
    const { clients: second, ...totals } = byPage.body as { clients: Body[] };
    assert.deepEqual(totals, { start: 2, limit: 2, total: ids.length });
    assert.deepEqual(
      second.map(({ client_id }) => client_id),
      ids.slice(2, 4),
    );
    const walked: unknown[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const page = await api.call('GET', `/clients?take=2${next === '' ? '' : `&from=${next}`}`);
      const { clients, ...rest } = page.body as { clients: Body[]; next?: string };
      walked.push(...clients.map(({ client_id }) => client_id));
      next = rest.next;
    }
    assert.deepEqual(walked, ids);
  });

  it('has the fields that are asked for, and never a secret', async () => {
    const { body } = await api.call('GET', '/clients?fields=name,client_secret,app_type&per_page=100');
    for (const client of body as Body[]) assert.deepEqual(Object.keys(without(client, 'app_type')), ['name']);
  });

  it('is filtered', async () => {
    const { client_id } = await make({ is_first_party: false, app_type: 'spa' });
    const ids = async (query: string): Promise<unknown[]> =>
      ((await api.call('GET', `/clients?per_page=100&${query}`)).body as Body[]).map((client) => client.client_id);
    assert.deepEqual(await ids('is_first_party=false&app_type=native,spa'), [client_id]);
    assert.equal((await ids('is_first_party=true')).includes(client_id), false);
    assert.equal((await ids('is_first_party=true')).includes(stack().clientId), true);
    assert.equal((await ids('app_type=spa')).includes(client_id), true);
  });

  it('has none that stands for the whole tenant', async () => {
    await refused(
      api.call('GET', '/clients?is_global=true'),
      403,
      'Insufficient scope, expected any of: read:global_client, which does not exist in hookmint',
    );
  });

  it('is found by the beginning of its name or id, in either case, and told by name', async () => {
    for (const name of ['Würfel one', 'würfel Two', 'WÜRFEL three', 'Another würfel']) {
      assert.equal((await api.call('POST', '/clients', { name, client_id: `search-${name.slice(-3)}` })).status, 201);
    }
    const found = async (q: string, more = '') => {
      const { status, body } = await api.call('GET', `/clients?q=${encodeURIComponent(q)}${more}`);
      assert.equal(status, 200, JSON.stringify(body));
      return (body as { name: string }[]).map(({ name }) => name);
    };
    assert.deepEqual(await found('name:wür*'), ['Würfel one', 'WÜRFEL three', 'würfel Two']);
    assert.deepEqual(await found('name:wür*', '&per_page=1&page=1'), ['WÜRFEL three']);
    assert.deepEqual(await found('name:"WÜRFEL ONE"'), ['Würfel one']);
    assert.deepEqual(await found('name:wür* OR client_id:search\\-f*'), [
      'Another würfel',
      'Würfel one',
      'WÜRFEL three',
      'würfel Two',
    ]);
    assert.deepEqual(await found('name:nobody*'), []);
    const totals = await api.call(
      'GET',
      `/clients?q=${encodeURIComponent('name:wür*')}&include_totals=true&per_page=2`,
    );
    const { total, clients } = totals.body as { total: number; clients: unknown[] };
    assert.deepEqual([total, clients.length], [3, 2]);
    const wrong = ['name:*', 'secret:x', 'name:a AND name:b', 'NOT name:a', 'name:>a', '__proto__:a', 'x', ''];
    for (const q of wrong) assert.equal((await api.call('GET', `/clients?q=${encodeURIComponent(q)}`)).status, 400, q);
    assert.equal((await api.call('GET', '/clients?q=name:a*&take=1')).status, 400);
  });
});

describe('a change of a client', () => {
  it('changes what it names, merges metadata, and is there for the next token', async () => {
    const { client_id, client_secret } = await makeGranted({
      client_metadata: { a: '1', b: '2' },
      callbacks: ['https://a/'],
    });
    const patch = (body: Body) => api.call('PATCH', `/clients/${client_id}`, body);
    const changed = (await patch({ name: 'Renamed', client_metadata: { b: null, c: '3' } })).body as Body;
    assert.deepEqual(
      [changed.name, changed.client_metadata, changed.callbacks, changed.client_secret],
      ['Renamed', { a: '1', c: '3' }, ['https://a/'], undefined],
    );
    assert.equal(((await patch({ client_metadata: {} })).body as Body).client_metadata, undefined);
    assert.equal(await tokenStatus(client_id, client_secret), 200);
    await patch({ grant_types: [] });
    assert.equal(await tokenStatus(client_id, client_secret), 403);
  });

  it('may give it another secret, which ends the one before', async () => {
    const { client_id, client_secret } = await makeGranted();
    const other = 'o'.repeat(48);
    const { status, body } = await api.call('PATCH', `/clients/${client_id}`, { client_secret: other });
    assert.deepEqual([status, (body as Body).client_secret], [200, undefined]);
    assert.deepEqual([await tokenStatus(client_id, other), await tokenStatus(client_id, client_secret)], [200, 401]);
  });

  it('needs a scope of its own where it is about a secret or a key', async () => {
    const limited = await withScopes('update:clients', 'create:clients');
    const { client_id } = await make();
    const needs = (scope: string): string => `Insufficient scope, expected any of: ${scope}`;
    const patch = (body: Body) => limited.call('PATCH', `/clients/${client_id}`, body);
    assert.equal((await patch({ name: 'Allowed' })).status, 200);
    await refused(patch({ client_secret: 'o'.repeat(48) }), 403, needs('update:client_keys'));
    await refused(patch({ client_authentication_methods: null }), 403, needs('update:client_credentials'));
    await refused(
      limited.call('POST', '/clients', { name: 'x', client_secret: 'o'.repeat(48) }),
      403,
      needs('update:client_keys'),
    );
    await refused(limited.call('POST', `/clients/${client_id}/rotate-secret`), 403, needs('update:client_keys'));
  });

  it('keeps every change of many writers', async () => {
    const { client_id } = await make();
    const entries = Array.from({ length: 10 }, (_, n) => `k${String(n)}`);
    await Promise.all(
      entries.map((key) => api.call('PATCH', `/clients/${client_id}`, { client_metadata: { [key]: key } })),
    );
    const { body } = await api.call('GET', `/clients/${client_id}`);
    assert.deepEqual((body as Body).client_metadata, Object.fromEntries(entries.map((key) => [key, key])));
  });

  it('is refused for members that cannot change, and for a client that is not there', async () => {
    await refused(
      api.call('PATCH', `/clients/${(await make()).client_id}`, { client_id: 'other', tenant: 't' }),
      400,
      "Payload validation error: 'Additional properties not allowed: client_id, tenant'.",
    );
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['POST', '/rotate-secret'],
    ] as const) {
      const answer = api.call(method, `/clients/nobody${path}`, method === 'GET' ? undefined : {});
      assert.deepEqual(await told(answer), [
        404,
        { statusCode: 404, error: 'Not Found', message: 'The client does not exist', errorCode: 'inexistent_client' },
      ]);
    }
  });
});

describe('the rotation of a secret', () => {
  const rotate = async (client_id: string, body?: Body): Promise<string> => {
    const answer = await api.call('POST', `/clients/${client_id}/rotate-secret`, body);
    assert.equal(answer.status, 200);
    assert.equal((answer.body as Body).name, 'A client');
    return String((answer.body as Body).client_secret);
  };
  const statuses = (client_id: string, secrets: string[]) =>
    Promise.all(secrets.map((secret) => tokenStatus(client_id, secret)));

  it('ends the secret before at once', async () => {
    const { client_id, client_secret } = await makeGranted();
    const second = await rotate(client_id);
    assert.deepEqual(await statuses(client_id, [client_secret, second]), [401, 200]);
  });

  it('lets the secret before live on for the overlap, and no longer', async () => {
    /** A client whose first secret lives on for so long, and whose second for longer than the test. */
    const overlapping = async (overlap_seconds: number) => {
      const { client_id, client_secret: first } = await makeGranted();
      const sinceMs = Date.now();
      const second = await rotate(client_id, { overlap_seconds });
      const overMs = Date.now() + overlap_seconds * 1000;
      const third = await rotate(client_id, { overlap_seconds: 2_592_000 });
      const seen = await statuses(client_id, [first, second, third]);
      // On a busy machine it may be over before it was asked with.
      if (Date.now() >= sinceMs + overlap_seconds * 1000 && overlap_seconds < 60)
        return overlapping(2 * overlap_seconds);
      return { client_id, secrets: [first, second, third], seen, overMs };
    };
    const { client_id, secrets, seen, overMs } = await overlapping(2);
    assert.deepEqual(seen, [200, 200, 200]);
    await new Promise((resolve) => setTimeout(resolve, overMs - Date.now() + 100));
    assert.deepEqual(await statuses(client_id, secrets), [401, 200, 200]);
    const fourth = await rotate(client_id);
    assert.deepEqual(await statuses(client_id, [...secrets, fourth]), [401, 401, 401, 200]);
  });

  it('loses no request of a client that takes the new secret when it is there', async (t) => {
    const { client_id, ...made } = await makeGranted();
    let secret = made.client_secret;
    const seen: number[] = [];
    const over = new AbortController();
    t.after(() => over.abort());
    const client = (async () => {
      while (!over.signal.aborted) seen.push(await tokenStatus(client_id, secret));
    })();
    for (let n = 0; n < 5; n++) {
      const next = await rotate(client_id, { overlap_seconds: 300 });
      const enough = seen.length + 3;
      await until('the client asks', () => seen.length >= enough);
      secret = next;
    }
    over.abort();
    await client;
    assert.ok(seen.length > 10);
    assert.deepEqual([...new Set(seen)], [200]);
  });

  it('is refused for an overlap that is too long', async () => {
    const { client_id } = await make();
    for (const overlap_seconds of [-1, 2_592_001, 1.5, '60']) {
      assert.equal((await api.call('POST', `/clients/${client_id}/rotate-secret`, { overlap_seconds })).status, 400);
    }
  });
});

describe('a client that is deleted', () => {
  it('is gone with its grants, gets no more tokens, and may be deleted again', async () => {
    const { client_id, client_secret } = await makeGranted();
    assert.equal(await tokenStatus(client_id, client_secret), 200);
    assert.deepEqual(await told(api.call('DELETE', `/clients/${client_id}`)), [204, undefined]);
    assert.equal(await tokenStatus(client_id, client_secret), 401);
    assert.deepEqual(await told(api.call('GET', `/client-grants?client_id=${client_id}`)), [200, []]);
    assert.equal((await api.call('GET', `/clients/${client_id}`)).status, 404);
    assert.deepEqual(await told(api.call('DELETE', `/clients/${client_id}`)), [204, undefined]);
  });

  it('may be the one that calls; its token is worth nothing from then on', async () => {
    const own = await withScopes('delete:clients', 'read:clients');
    const claims = JSON.parse(Buffer.from(own.token.split('.')[1] ?? '', 'base64url').toString()) as { azp: string };
    assert.equal((await own.call('DELETE', `/clients/${claims.azp}`)).status, 204);
    assert.equal((await own.call('GET', '/clients')).status, 401);
  });
});
