import assert from 'node:assert/strict';
import { createHmac, createPublicKey } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { ROUTES } from '../../services/management/routes.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import {
  grantClient,
  makeClient,
  openPatiently,
  openWithScopes,
  type Body,
} from '../e2e/management-clients-fixtures.ts';
import type { Management } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { without } from '../support/without.ts';
import { attackClass } from './attack-class.ts';
import { callAs, signerOf, untilIt } from './management-fixtures.ts';

// Against the running services: what an outsider with any token, and an insider with one scope, gets out of the Management API.

const REQUESTS_PER_SECOND = 300;
let api: Management;
const stack = withStack(
  { hook: null, env: { HOOKMINT_MANAGEMENT_RATE_LIMIT_PER_SECOND: String(REQUESTS_PER_SECOND), LOG_LEVEL: 'debug' } },
  async (started) => {
    api = await openPatiently(started);
  },
);

const audience = (): string => `${stack().url}/api/v2/`;
const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const list = (token: string) => callAs(stack(), token, ['GET', '/clients']);

/** The claims of a token that is good. */
function claims(more: JWTPayload = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  const sub = `${stack().managementClientId}@clients`;
  return { iss: `${stack().url}/`, aud: audience(), sub, iat: now, exp: now + 60, scope: 'read:clients', ...more };
}

const forgeToken = attackClass('management tokens');

forgeToken('none that is good is refused, or all that follows shows nothing', async () => {
  const { sign } = await signerOf(stack());
  assert.equal((await list(await sign(claims()))).status, 200);
});

forgeToken('by alg none, and by the public key as an HMAC secret', async () => {
  const { kid, publicJwk } = await signerOf(stack());
  const spki = createPublicKey({ key: { ...publicJwk }, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  for (const alg of ['none', 'None', 'HS256', 'RS1', '']) {
    for (const secret of [spki, spki.trim(), JSON.stringify(publicJwk), kid, '']) {
      const signed = `${b64({ alg, kid, typ: 'JWT' })}.${b64(claims())}`;
      const signature = secret === '' ? '' : createHmac('sha256', secret).update(signed).digest('base64url');
      assert.equal((await list(`${signed}.${signature}`)).status, 401, alg);
    }
  }
});

const FORGED_CLAIMS: [how: string, forged: () => JWTPayload][] = [
  ['for another audience', () => ({ aud: stack().audience })],
  ['for the audience without its slash', () => ({ aud: `${stack().url}/api/v2` })],
  ['of another issuer', () => ({ iss: 'https://issuer.example/' })],
  ['that has expired', () => ({ exp: Math.floor(Date.now() / 1000) - 10 })],
  ['that is not valid yet', () => ({ nbf: Math.floor(Date.now() / 1000) + 60 })],
  ['of a client that there is not', () => ({ sub: 'nobody@clients' })],
  ['of no client', () => ({ sub: 'auth0|user' })],
  ['with a subject that is no text', () => ({ sub: { toString: 'x' } as unknown as string })],
  ['with a subject that is a query', () => ({ sub: { $ne: '' } as unknown as string })],
];
for (const [how, forged] of FORGED_CLAIMS) {
  forgeToken(`by one ${how}`, async () => {
    const { sign } = await signerOf(stack());
    assert.equal((await list(await sign(claims(forged())))).status, 401);
  });
}

forgeToken('by a scope that is no text', async () => {
  const { sign } = await signerOf(stack());
  for (const scope of [
    ['read:clients'],
    { 'read:clients': true },
    true,
    null,
    'READ:CLIENTS',
    'read:clients,',
    'read',
  ]) {
    assert.equal((await list(await sign(claims({ scope })))).status, 403, JSON.stringify(scope));
  }
});

forgeToken('by kids, keys in the header and critical extensions', async () => {
  const { sign, kid } = await signerOf(stack());
  for (const header of [
    { kid: 'another' },
    { kid: '../../dev/null' },
    { kid: `${kid}\0` },
    { crit: ['x'], x: 1 },
    { b64: false, crit: ['b64'] },
  ]) {
    const token = await sign(claims(), header as { kid: string }).catch(() => 'x.y.z');
    assert.equal((await list(token)).status, 401, JSON.stringify(header));
  }
  const [, payload, signature] = (await sign(claims())).split('.');
  const jwk = b64({ alg: 'RS256', jwk: { kty: 'RSA' }, jku: 'http://127.0.0.1:1/', kid });
  assert.equal((await list(`${jwk}.${String(payload)}.${String(signature)}`)).status, 401);
});

forgeToken('by a claim that is there twice, under the signature of the other', async () => {
  const { sign, kid } = await signerOf(stack());
  const good = await sign(claims({ aud: stack().audience }));
  const twice = Buffer.from(`${JSON.stringify(claims()).slice(0, -1)},"aud":"${audience()}"}`).toString('base64url');
  const head = b64({ alg: 'RS256', kid, typ: 'JWT' });
  assert.equal((await list(`${head}.${twice}.${String(good.split('.')[2])}`)).status, 401);
});

forgeToken('by one whose client was deleted meanwhile', async () => {
  const client = await makeClient(api);
  await grantClient(api, client.client_id, audience(), ['read:clients']);
  const gone = await openPatiently(stack(), client);
  assert.equal((await gone.call('GET', '/clients')).status, 200);
  assert.equal((await api.call('DELETE', `/clients/${client.client_id}`)).status, 204);
  assert.equal((await gone.call('GET', '/clients')).status, 401);
});

const lackScope = attackClass('management scopes');
const PARAMETERS: Readonly<Record<string, string>> = { triggerId: 'credentials-exchange' };

lackScope('every operation, without a scope of its own, with a body that is no JSON', async () => {
  const { sign } = await signerOf(stack());
  const all = [...new Set(ROUTES.flatMap(({ scopes }) => scopes))];
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => PARAMETERS[name] ?? 'x');
    const body = route.method === 'get' ? undefined : '{"not json';
    const lacking = all.filter((scope) => !route.scopes.includes(scope)).join(' ');
    for (const scope of [lacking, ...(route.everyScope === true ? route.scopes : []), undefined]) {
      const token = await sign(claims(scope === undefined ? { scope: undefined } : { scope }));
      const answer = await callAs(stack(), token, [route.method.toUpperCase(), path], body);
      assert.deepEqual(
        [answer.status, (answer.body as Body).errorCode],
        [403, 'insufficient_scope'],
        route.operationId,
      );
    }
  }
});

lackScope('a client that may be changed, but not what proves who it is', async () => {
  const { client_id } = await makeClient(api);
  const changer = await openWithScopes(api, stack(), 'update:clients', 'create:clients');
  const methods = { private_key_jwt: { credentials: [{ id: 'x' }] } };
  const client_secret = 'x'.repeat(48);
  for (const body of [
    { client_secret },
    { client_authentication_methods: methods },
    { client_authentication_methods: null },
  ])
    assert.equal((await changer.call('PATCH', `/clients/${client_id}`, body)).status, 403, JSON.stringify(body));
  assert.equal((await changer.call('POST', '/clients', { name: 'x', client_secret })).status, 403);
  assert.equal((await changer.call('POST', `/clients/${client_id}/rotate-secret`, {})).status, 403);
});

lackScope('a client that is made to need no secret gets no token', async () => {
  const client = await makeClient(api);
  await grantClient(api, client.client_id, audience(), ['read:clients']);
  const changer = await openWithScopes(api, stack(), 'update:clients', 'update:client_keys');
  const body = { token_endpoint_auth_method: 'none' };
  assert.equal((await changer.call('PATCH', `/clients/${client.client_id}`, body)).status, 200);
  const answer = await requestToken(stack(), {
    client_id: client.client_id,
    client_secret: undefined,
    audience: audience(),
  });
  assert.ok(answer.status >= 400 && answer.body.access_token === undefined, JSON.stringify(answer.body));
});

const escalate = attackClass('escalation by hooks and Actions');
const MANAGEMENT_SCOPES = JSON.stringify(['create:clients', 'update:hooks']);

escalate('a hook and an Action that ask for scopes of the Management API and set its audience', async () => {
  const author = await openWithScopes(api, stack(), 'create:hooks', 'update:hooks', 'create:actions', 'update:actions');
  const script = `module.exports = (client, scope, audience, context, cb) =>
    cb(null, { scope: ${MANAGEMENT_SCOPES}, aud: '${audience()}', azp: 'x', sub: '${stack().managementClientId}@clients' });`;
  const hook = { name: 'escalate', script, triggerId: 'credentials-exchange', enabled: true };
  assert.equal((await author.call('POST', '/hooks', hook)).status, 201);
  const code = `exports.onExecuteCredentialsExchange = async (event, api) => {
    api.accessToken.setCustomClaim('aud', '${audience()}'); api.accessToken.setCustomClaim('scope', 'create:clients');
  };`;
  const supported_triggers = [{ id: 'credentials-exchange' }];
  const made = await author.call('POST', '/actions/actions', { name: 'e', code, supported_triggers, deploy: true });
  const bindings = [{ ref: { type: 'action_id', value: (made.body as Body).id } }];
  assert.equal(
    (await author.call('PATCH', '/actions/triggers/credentials-exchange/bindings', { bindings })).status,
    200,
  );

  const weak = await makeClient(api);
  await grantClient(api, weak.client_id, stack().audience, ['read:data']);
  await grantClient(api, weak.client_id, audience(), ['read:logs']);
  const { client_id, client_secret } = weak;
  const shaped = await requestToken(stack(), { client_id, client_secret });
  assert.equal(shaped.body.scope, 'create:clients update:hooks', 'the hook was not run, so this shows nothing');
  assert.equal((await callAs(stack(), String(shaped.body.access_token), ['POST', '/clients'], '{}')).status, 401);
  const plain = await requestToken(stack(), { client_id, client_secret, audience: audience() });
  assert.equal(plain.body.scope, 'read:logs');
  assert.equal((await callAs(stack(), String(plain.body.access_token), ['POST', '/clients'], '{}')).status, 403);
  assert.equal(
    (await api.call('PATCH', '/actions/triggers/credentials-exchange/bindings', { bindings: [] })).status,
    200,
  );
});

escalate('an API that is made to look like the Management API', async () => {
  const maker = await openWithScopes(
    api,
    stack(),
    'create:resource_servers',
    'update:resource_servers',
    'delete:resource_servers',
  );
  const post = (body: Body) => maker.call('POST', '/resource-servers', body);
  assert.equal((await post({ identifier: audience() })).status, 409);
  assert.equal((await post({ identifier: 'urn:x', is_system: true })).status, 400);
  for (const id of ['management-api', encodeURIComponent(audience())]) {
    assert.equal((await maker.call('PATCH', `/resource-servers/${id}`, { token_lifetime: 1 })).status, 400);
    assert.equal((await maker.call('DELETE', `/resource-servers/${id}`)).status, 400);
  }
  // Its identifier is the other's id: what is found by it is still the other.
  assert.equal((await post({ identifier: 'management-api' })).status, 201);
  assert.equal((await maker.call('DELETE', '/resource-servers/management-api')).status, 400);
});

escalate("a revision, a secret or a dry run of another's hook", async () => {
  const made = async (name: string, secret: string): Promise<string> => {
    const script =
      'module.exports = (c, s, a, context, cb) => cb(null, { "https://x.example/s": Object.values(context.webtask.secrets) });';
    const body = { name, script, triggerId: 'credentials-exchange', hookmint: { secrets: { key: secret } } };
    return String(((await api.call('POST', '/hooks', body)).body as Body).id);
  };
  const [mine, theirs] = [await made('mine', 'secret-of-mine'), await made('theirs', 'secret-of-theirs')];
  const revisionsOf = async (id: string) =>
    ((await api.call('GET', `/hooks/${id}/revisions`)).body as { revisions: { revision: string }[] }).revisions;
  const [revision] = await revisionsOf(theirs);
  for (const action of ['', '/deploy', '/dry-run']) {
    const method = action === '' ? 'GET' : 'POST';
    const path = `/hooks/${mine}/revisions/${String(revision?.revision)}${action}`;
    assert.equal((await api.call(method, path, method === 'GET' ? undefined : {})).status, 404);
  }
  // Sealed secrets that were moved in the database by whoever may write there are of no use either.
  const hooks = hooksIn(await stack().db());
  const [stolen, own] = await Promise.all([
    hooks.findRevision(String(revision?.revision)),
    hooks.findRevision(String((await revisionsOf(mine))[0]?.revision)),
  ]);
  assert.ok(stolen !== undefined && own !== undefined);
  const moved = await hooks.putRevision({ ...without(own, 'revision'), secrets: stolen.secrets });
  await hooks.change(mine, (now) => ({
    ...now,
    history: [{ number: 9, revision: moved, created_at_ms: 0, created_by: null }, ...now.history],
  }));
  const ran = await api.call('POST', `/hooks/${mine}/revisions/${moved}/dry-run`, {});
  assert.ok(
    !JSON.stringify(ran.body).includes('secret-of-theirs') && (ran.body as Body).token === null,
    JSON.stringify(ran.body),
  );
});

const hideFromAudit = attackClass('the audit');

hideFromAudit('writes so large that no event could hold them, and what is written after', async () => {
  const writer = await openWithScopes(api, stack(), 'update:clients');
  const { client_id } = await makeClient(api, { name: 'oversized' });
  const many = Array.from({ length: 9_000 }, () => 'x'.repeat(120));
  for (const member of [
    'callbacks',
    'web_origins',
    'allowed_origins',
    'allowed_clients',
    'client_aliases',
    'allowed_logout_urls',
  ]) {
    assert.equal((await writer.call('PATCH', `/clients/${client_id}`, { [member]: many })).status, 200);
  }
  assert.equal((await api.call('PATCH', `/clients/${client_id}`, { description: 'afterwards' })).status, 200);
  const logged = await untilIt(
    async () =>
      (await api.call('GET', '/logs?q=type:sapi&per_page=20')).body as {
        details: { document_id: string; after: Body | null };
      }[],
    (logs) => logs.some(({ details }) => details.after?.description === 'afterwards'),
  );
  const ofClient = logged.filter(({ details }) => details.document_id === client_id);
  assert.equal(ofClient.length, 8);
  assert.ok(
    ofClient.every(({ details }) => details.after?.name === 'oversized' && JSON.stringify(details).length < 300_000),
  );
});

hideFromAudit('a hook that asks for so much in vain that no event could hold it', async () => {
  const script = `module.exports = (c, s, a, x, cb) => {
    const claims = {}; for (let i = 0; i < 2400; i++) claims['x'.repeat(90) + i] = 0; cb(null, claims); };`;
  const made = await api.call('POST', '/hooks', {
    name: 'noisy',
    script,
    triggerId: 'credentials-exchange',
    enabled: true,
    hookmint: { limits: { result_bytes: 262_144, cpu_ms: 5_000, wall_ms: 10_000 } },
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const answers = await Promise.all(
    Array.from({ length: 16 }, () => requestToken(stack(), {}, { 'user-agent': 'noisy' })),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  await api.call('DELETE', `/hooks/${String((made.body as Body).id)}`);
  await requestToken(stack(), { audience: 'urn:none' }, { 'user-agent': 'after-noise' });
  await untilIt(
    async () => (await api.call('GET', '/logs?q=user_agent:(noisy OR after-noise)')).body as unknown[],
    (logs) => logs.length === 17,
  );
});
