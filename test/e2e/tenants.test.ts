import '../contract/quiet.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeProtectedHeader, createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { openManagement } from '../support/management.ts';
import { runCli } from '../support/run-cli.ts';
import type { Stack } from '../support/stack.ts';
import { askAt, openOperator, openTenantManagement, tokenAt, type MadeTenant } from '../support/tenants.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const stack = withStack({ own: true }, prepare);
const AUDIENCE = 'https://api.example.com';

type Used = MadeTenant & {
  client: { client_id: string; client_secret: string };
  call: Awaited<ReturnType<typeof openTenantManagement>>['call'];
};
let tenants: Used[];

/** An API, a client and a hook that says where it ran and what it was given. */
async function use(made: MadeTenant, at: Stack = stack()): Promise<Used> {
  const { call } = await openTenantManagement(at, made);
  const create = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await call('POST', path, body);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  };
  await create('resource-servers', { identifier: AUDIENCE, name: 'API', scopes: [{ value: 'read:data' }] });
  const client = (await create('clients', {
    name: `client of ${made.name}`,
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
  })) as Used['client'];
  await create('client-grants', { client_id: client.client_id, audience: AUDIENCE, scope: ['read:data'] });
  const script = `module.exports = function (client, scope, audience, context, cb) {
    global.seen = (global.seen || []).concat(client.name);
    cb(null, { scope, 'https://example.com/secret': context.webtask.secrets.KEY, 'https://example.com/seen': [...new Set(global.seen)],
      'https://example.com/pid': typeof process === 'undefined' ? 0 : process.pid });
  };`;
  const hook = await create('hooks', { name: 'same name', triggerId: 'credentials-exchange', script });
  await create(`hooks/${String(hook.id)}/secrets`, { KEY: `of ${made.name}` });
  const enabled = await call('PATCH', `hooks/${String(hook.id)}`, { enabled: true });
  assert.equal(enabled.status, 200, JSON.stringify(enabled.body));
  return { ...made, client, call };
}

async function prepare(at: Stack): Promise<void> {
  const operator = await openOperator(at);
  const byPath = await operator.make('acme');
  const byHost = await operator.make('globex', 'http://globex.example/');
  assert.equal(byPath.issuer, `${at.url}/t/acme/`);
  tenants = [await use(byPath, at), await use(byHost, at)];
}

const tokenOf = async ({ issuer, client }: Used) => {
  const { status, body } = await tokenAt(stack(), issuer, { ...client, audience: AUDIENCE });
  assert.equal(status, 200, JSON.stringify(body));
  return String(body.access_token);
};

describe('a tenant beside the deployment’s own', () => {
  it('has its issuer, its keys and its hook with its secrets in its tokens', async () => {
    const kids = new Set<unknown>();
    for (const tenant of tenants) {
      const { body: metadata } = await askAt(stack(), tenant.issuer, '.well-known/openid-configuration');
      assert.equal(metadata.issuer, tenant.issuer);
      assert.equal(metadata.token_endpoint, `${tenant.issuer}oauth/token`);
      const { body: keys } = await askAt(stack(), tenant.issuer, '.well-known/jwks.json');
      const token = await tokenOf(tenant);
      const { payload } = await jwtVerify(token, createLocalJWKSet(keys as unknown as JSONWebKeySet), {
        issuer: tenant.issuer,
        audience: AUDIENCE,
      });
      assert.equal(payload['https://example.com/secret'], `of ${tenant.name}`);
      // Nothing that another tenant's hook left behind, though both have the same script and name.
      assert.deepEqual(payload['https://example.com/seen'], [`client of ${tenant.name}`]);
      kids.add(decodeProtectedHeader(token).kid);
    }
    assert.equal(kids.size, tenants.length);
  });

  it('tells its metadata at the place of RFC 8414 §3.1 too', async () => {
    const path = new URL(tenants[0]?.issuer ?? '').pathname.slice(1, -1);
    const { body } = await askAt(stack(), `${stack().url}/`, `.well-known/oauth-authorization-server/${path}`);
    assert.equal(body.issuer, tenants[0]?.issuer);
  });

  it('has its own logs, and the others have nothing of them', async () => {
    for (const tenant of tenants) {
      await tokenOf(tenant);
      await until('the log is there', async () => {
        const { body } = await tenant.call('GET', 'logs');
        return (body as unknown as { type: string }[]).some(({ type }) => type === 'seccft');
      });
      const { body } = await tenant.call('GET', 'logs?per_page=100');
      const logs = body as unknown as { client_name?: string; hostname: string }[];
      const names = new Set(logs.map(({ client_name }) => client_name).filter((name) => name !== undefined));
      for (const name of names) assert.ok([`client of ${tenant.name}`, 'Management'].includes(name), name);
      assert.deepEqual(new Set(logs.map(({ hostname }) => hostname)), new Set([new URL(tenant.issuer).hostname]));
    }
  });

  it('rotates its keys alone', async () => {
    const [first, second] = tenants;
    assert.ok(first !== undefined && second !== undefined);
    const kidsOf = async ({ issuer }: Used): Promise<unknown[]> => {
      const { body } = await askAt(stack(), issuer, '.well-known/jwks.json');
      return (body.keys as { kid: string }[]).map(({ kid }) => kid);
    };
    const [before, others] = [await kidsOf(first), await kidsOf(second)];
    assert.equal((await first.call('POST', 'keys/signing/rotate')).status, 201);
    await until('its next keys are published', async () => (await kidsOf(first)).length > before.length);
    assert.deepEqual(await kidsOf(second), others);
    const token = await tokenOf(first);
    assert.ok((await kidsOf(first)).includes(decodeProtectedHeader(token).kid));
  });
});

describe('what is a tenant’s', () => {
  it('is nothing to another tenant, nor to the deployment’s own', async () => {
    const [first, second] = tenants;
    assert.ok(first !== undefined && second !== undefined);
    const { status, body } = await tokenAt(stack(), second.issuer, { ...first.client, audience: AUDIENCE });
    assert.deepEqual([status, body.error], [401, 'access_denied']);
    const own = await tokenAt(stack(), `${stack().url}/`, { ...first.client, audience: AUDIENCE });
    assert.deepEqual([own.status, own.body.error], [401, 'access_denied']);
  });

  it('is not reached by the token of another: Management API and operator’s', async () => {
    const [first, second] = tenants;
    assert.ok(first !== undefined && second !== undefined);
    const { token } = await openTenantManagement(stack(), first);
    const headers = { authorization: `Bearer ${token}` };
    for (const [issuer, path] of [
      [second.issuer, 'api/v2/clients'],
      [`${stack().url}/`, 'api/v2/clients'],
      [`${stack().url}/`, 'operator/v1/tenants'],
    ] as const) {
      const { status, body } = await askAt(stack(), issuer, path, { headers });
      assert.deepEqual([status, body.errorCode], [401, 'invalid_token'], `${issuer}${path}`);
    }
    const { status } = await askAt(stack(), first.issuer, 'operator/v1/tenants', { headers });
    assert.equal(status, 404);
    // The header is the gateway's.
    const forged = await askAt(stack(), first.issuer, 'api/v2/clients', {
      headers: { ...headers, 'x-hookmint-tenant': second.name },
    });
    assert.deepEqual((forged.body as unknown as { name: string }[]).map(({ name }) => name).sort(), [
      'Management',
      `client of ${first.name}`,
    ]);
  });
});

describe('a tenant that is suspended', () => {
  it('is answered nothing, until it is resumed; and one that is deleted has left nothing', async () => {
    const operator = await openOperator(stack());
    const made = await use(await operator.make('short-lived'));
    await tokenOf(made);
    assert.equal((await operator.call('DELETE', `tenants/${made.name}`)).body.errorCode, 'tenant_active');
    assert.equal((await operator.call('PATCH', `tenants/${made.name}`, { state: 'suspended' })).status, 200);
    await until('it is refused', async () => {
      const { status } = await tokenAt(stack(), made.issuer, { ...made.client, audience: AUDIENCE });
      return status === 403;
    });
    assert.equal((await made.call('GET', 'clients')).status, 403);
    assert.equal((await operator.call('PATCH', `tenants/${made.name}`, { state: 'active' })).status, 200);
    await until('it is served again', async () => {
      const { status } = await tokenAt(stack(), made.issuer, { ...made.client, audience: AUDIENCE });
      return status === 200;
    });
    await operator.call('PATCH', `tenants/${made.name}`, { state: 'suspended' });
    assert.equal((await operator.call('DELETE', `tenants/${made.name}`)).status, 204);
    assert.equal((await operator.call('GET', `tenants/${made.name}`)).body.errorCode, 'inexistent_tenant');
    const again = await operator.make('short-lived');
    assert.notEqual(again.management.client_id, made.management.client_id);
  });
});

describe("the operator's API", () => {
  it('is nothing that the Management API shows, grants, changes or removes', async () => {
    const { call } = await openManagement(stack());
    const audience = `${stack().url}/operator/v1/`;
    const shown = async (path: string): Promise<string> => JSON.stringify((await call('GET', path)).body);
    for (const path of [
      '/resource-servers',
      '/client-grants',
      `/client-grants?client_id=${stack().managementClientId}`,
    ])
      assert.ok(!(await shown(path)).includes('operator'), path);
    for (const [method, path, body] of [
      ['GET', '/resource-servers/operator-api'],
      ['GET', `/resource-servers/${encodeURIComponent(audience)}`],
      ['PATCH', '/resource-servers/operator-api', { name: 'x' }],
      ['GET', '/client-grants/operator-grant'],
      ['PATCH', '/client-grants/operator-grant', { scope: [] }],
      ['POST', '/client-grants', { client_id: stack().clientId, audience, scope: ['create:tenants'] }],
    ] as const) {
      assert.equal((await call(method, path, body)).status, 404, `${method} ${path}`);
    }
    assert.equal((await call('PATCH', '/tenants/settings', { default_audience: audience })).status, 400);
    await call('DELETE', '/client-grants/operator-grant');
    await call('DELETE', '/resource-servers/operator-api');
    assert.equal((await (await openOperator(stack())).call('GET', 'tenants')).status, 200);
  });
});

describe('a name', () => {
  it('is taken once, however many ask for it at a time, and the secret that is told is the one that counts', async () => {
    const operator = await openOperator(stack());
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => operator.call('POST', 'tenants', { name: 'contended' })),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409]);
    const made = answers.find(({ status }) => status === 201)?.body as unknown as MadeTenant;
    const { call } = await openTenantManagement(stack(), made);
    assert.equal((await call('GET', 'clients')).status, 200);
  });

  it('that is given again begins with nothing: no logs, no database, no keys of before', async () => {
    const operator = await openOperator(stack());
    const made = await use(await operator.make('reborn'));
    const before = decodeProtectedHeader(await tokenOf(made)).kid;
    const databases = async (): Promise<string[]> => {
      const { databases: all } = await (
        await stack().db()
      ).client
        .db('admin')
        .admin()
        .listDatabases({ nameOnly: true });
      return all.map(({ name }) => name).filter((name) => name.startsWith('hookmint_reborn-'));
    };
    const [first] = await databases();
    await operator.call('PATCH', 'tenants/reborn', { state: 'suspended' });
    assert.equal((await operator.call('DELETE', 'tenants/reborn')).status, 204);
    const again = await use(await operator.make('reborn'));
    assert.notEqual(decodeProtectedHeader(await tokenOf(again)).kid, before);
    await until('its token is in its logs', async () => {
      const { body } = await again.call('GET', 'logs');
      return (body as unknown as { type: string }[]).some(({ type }) => type === 'seccft');
    });
    const { body } = await again.call('GET', 'logs?per_page=100');
    const clients = (body as unknown as { client_id?: string }[]).map(({ client_id }) => client_id);
    assert.ok(!clients.includes(made.client.client_id) && !clients.includes(made.management.client_id));
    const now = await databases();
    assert.equal(now.length, 1);
    assert.notEqual(now[0], first);
  });
});

describe('a tenant whose database cannot be used', () => {
  it('loses its own audit, and holds up nobody else’s', async () => {
    const operator = await openOperator(stack());
    const broken = await operator.make('broken');
    const [first] = tenants;
    assert.ok(first !== undefined);
    const db = await stack().db();
    const entry = await db.collection<{ _id: string; handle: string }>('tenants').findOne({ _id: 'broken' });
    const its = db.client.db(`hookmint_${entry?.handle ?? ''}`);
    await its
      .collection<{ _id: string }>('tenant')
      .updateOne({ _id: 'schema' }, { $set: { version: 99 } }, { upsert: true });
    // Refused, and told: the event is of the tenant that cannot be opened.
    await tokenAt(stack(), broken.issuer, { client_id: 'nobody', client_secret: 'x', audience: AUDIENCE });
    const issued = async (): Promise<number> => {
      const { body } = await first.call('GET', 'logs?q=type:seccft&per_page=100');
      return (body as unknown as unknown[]).length;
    };
    const before = await issued();
    await tokenOf(first);
    await until('the other tenant has its log', async () => (await issued()) > before);
  });
});

describe('a place for a tenant', () => {
  for (const [what, name, issuer] of [
    ['the deployment’s own host', 'other', (url: string) => `${url}/`],
    ['its token endpoint', 'other', (url: string) => `${url}/oauth/`],
    ['a path below another tenant’s', 'other', (url: string) => `${url}/t/acme/oauth/`],
    ['another port of its host', 'other', () => 'http://127.0.0.1:1/'],
    ['a host that has a tenant', 'other', () => 'http://globex.example/below/'],
    ['a name with a dot', 'a.b', undefined],
    ['a name with a star', '*', undefined],
    ['the deployment’s own name', 'demo', undefined],
    ['a name that is taken', 'acme', () => 'http://acme.example/'],
    ['a query', 'other', () => 'http://other.example/?x/'],
    ['another scheme', 'other', () => 'ftp://other.example/'],
  ] as const) {
    it(`is not ${what}`, async () => {
      const operator = await openOperator(stack());
      const sent = { name, ...(issuer === undefined ? {} : { issuer: issuer(stack().url) }) };
      const { status, body } = await operator.call('POST', 'tenants', sent);
      assert.ok([400, 409].includes(status), `${String(status)} ${String(body.message)}`);
    });
  }
});

describe('the command line', () => {
  const run = (...args: string[]) => runCli(stack(), process.cwd(), ['tenant', ...args]);

  it('makes, lists, suspends, resumes and deletes a tenant', async () => {
    const made = await run('create', 'initech', '--issuer', 'https://auth.initech.example/');
    assert.equal(made.code, 0, made.stderr);
    assert.match(
      made.stdout,
      /^export HOOKMINT_URL='https:\/\/auth\.initech\.example'\nexport HOOKMINT_CLIENT_ID='\w+'\nexport HOOKMINT_CLIENT_SECRET='[\w-]+'\n$/,
    );
    const listed = await run('list');
    assert.match(listed.stdout, /^initech +active +https:\/\/auth\.initech\.example\/$/m);
    assert.equal((await run('create', 'initech')).code, 2);
    assert.equal((await run('suspend', 'initech')).stdout, 'The tenant initech is suspended.\n');
    assert.equal((await run('resume', 'initech')).stdout, 'The tenant initech is active.\n');
    const refused = await run('delete', 'initech');
    assert.deepEqual([refused.code, refused.stdout], [2, '']);
    assert.match(refused.stderr, /Suspend the tenant first; it can be resumed\. \(tenant_active\)/);
    assert.equal((await run('suspend', 'initech', '--json')).code, 0);
    assert.equal((await run('delete', 'initech')).code, 0);
    assert.doesNotMatch((await run('list')).stdout, /initech/);
  });

  it('says what it takes', async () => {
    for (const args of [[], ['make', 'x'], ['create'], ['list', 'x'], ['list', '--issuer', 'https://x.example/']]) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2, args.join(' '));
      assert.notEqual(stderr, '');
    }
  });
});
