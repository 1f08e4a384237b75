import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeJwt, SignJWT } from 'jose';
import { askByAssertion, newClientKey, signAssertion, type ClientKey } from '../support/client-assertion.ts';
import { startJwksServer } from '../support/jwks-server.ts';
import type { Management } from '../support/management.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { grantClient, makeClient, openPatiently, refused, type Body } from '../e2e/management-clients-fixtures.ts';
import { attackClass } from './attack-class.ts';

// Clients without any secret: tokens of other issuers authenticate them (RFC 7523 §2.2), and what looks like one does not.

const attack = attackClass('clients by tokens of other issuers');
const CLI = fileURLToPath(new URL('../../cli/hookmint.js', import.meta.url));
const ISSUER = 'https://token.actions.example.com';
const CLUSTER = 'https://kubernetes.example.com';
const SUBJECT = 'repo:acme/billing:ref:refs/heads/main';
const POD = { namespace: 'payments', pod: { name: 'billing-7d9f' }, serviceaccount: { name: 'billing' } };

const server = await startJwksServer();
after(server.close);
const folder = mkdtempSync(join(tmpdir(), 'hookmint-federated-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const [key, other] = [newClientKey('RS256'), newClientKey('RS256')];
const place = server.serve([{ ...key.jwk, kid: 'k1', alg: 'RS256', use: 'sig' }]);

let api: Management;
let issuerId = '';
let clientId = '';
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
  issuerId = String((await trust({ issuer: ISSUER, jwks_uri: place })).id);
  await trust({ issuer: CLUSTER, jwks_uri: place, max_lifetime_seconds: 7_200 });
  clientId = await federated({ issuer: ISSUER, subject: SUBJECT, claims: { repository_id: '42' } });
});

async function trust(body: Body): Promise<Body> {
  const answer = await api.call('POST', '/client-assertion-issuers', { name: 'An issuer', ...body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body as Body;
}

async function federated(...credentials: Body[]): Promise<string> {
  const methods = { federated_jwt: { credentials } };
  const made = await makeClient(api, { client_authentication_methods: methods });
  assert.deepEqual(
    [made.client_secret, made.token_endpoint_auth_method, made.client_authentication_methods],
    [undefined, null, methods],
  );
  await grantClient(api, made.client_id, stack().audience, ['read:data']);
  return made.client_id;
}

type Signed = { claims?: Body; header?: Body; signer?: ClientKey };

/** A token as the platform makes it, with `claims` and `header` in place of its own; `undefined` takes one out. */
function platformToken({ claims = {}, header = {}, signer = key }: Signed = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const own = { iss: ISSUER, sub: SUBJECT, aud: `${stack().url}/`, iat: now, exp: now + 300, repository_id: '42' };
  return new SignJWT({ ...own, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...header })
    .sign(signer.privateKey);
}

const ask = async (signed: Signed | string = {}, client_id: string | undefined = clientId): Promise<TokenAnswer> =>
  askByAssertion(stack(), typeof signed === 'string' ? signed : await platformToken(signed), { client_id });

const UNKNOWN = {
  error: 'invalid_client',
  error_description: 'The client_assertion does not authenticate this client',
};

async function assertUnknown(answer: Promise<TokenAnswer>, label: string): Promise<void> {
  const { status, body } = await answer;
  assert.deepEqual([status, body], [401, UNKNOWN], label);
}

async function assertInvalid(answer: Promise<TokenAnswer>, label: string): Promise<void> {
  const { status, body } = await answer;
  assert.deepEqual([status, body.error, 'access_token' in body], [401, 'invalid_client', false], label);
}

attack('gets a token where issuer, subject, audience and claims are those of its credential', async () => {
  const token = await platformToken();
  for (const again of [1, 2]) {
    const { status, body } = await ask(token);
    assert.equal(status, 200, `${String(again)}: ${JSON.stringify(body)}`);
    assert.equal(decodeJwt(String(body.access_token)).sub, `${clientId}@clients`);
  }
  assert.equal((await ask({ claims: { aud: [`${stack().url}/oauth/token`] } })).status, 200);
  assert.equal((await ask({ header: { typ: undefined } })).status, 200);
  const custom = await federated({ issuer: ISSUER, subject: SUBJECT, audiences: ['api://billing'] });
  assert.equal((await ask({ claims: { aud: 'api://billing' } }, custom)).status, 200);
  await assertUnknown(ask({}, custom), 'the own audience does not count beside others that are named');
});

attack('whatever is unknown is told alike: client, issuer, subject, claim, audience, key', async () => {
  const bySecret = await makeClient(api);
  const cases: [string, Signed, string?][] = [
    ['an unknown client', {}, 'nobody'],
    ['a client with a secret', {}, bySecret.client_id],
    ['an issuer that nobody trusts', { claims: { iss: 'https://evil.example.com' } }],
    ['an issuer that this client does not trust', { claims: { iss: CLUSTER } }],
    ['an issuer with a slash', { claims: { iss: `${ISSUER}/` } }],
    ['another subject', { claims: { sub: 'repo:evil/billing:ref:refs/heads/main' } }],
    ['a longer subject', { claims: { sub: `${SUBJECT}-2` } }],
    ['a subject in other letters', { claims: { sub: SUBJECT.toUpperCase() } }],
    ['another claim', { claims: { repository_id: '43' } }],
    ['a claim that is a number', { claims: { repository_id: 42 } }],
    ['no claim', { claims: { repository_id: undefined } }],
    ['another audience', { claims: { aud: 'https://other.example.com' } }],
    ['an audience of others too', { claims: { aud: [`${stack().url}/`, 'https://other.example.com'] } }],
    ['another key', { signer: other }],
    ['another kid', { header: { kid: 'k2' } }],
  ];
  for (const [label, signed, client] of cases) await assertUnknown(ask(signed, client ?? clientId), label);
});

attack('a token that lives too long, or has no times', async () => {
  const now = Math.floor(Date.now() / 1000);
  await assertUnknown(ask({ claims: { iat: now, exp: now + 3_601 } }), 'an hour is the most');
  await assertUnknown(ask({ claims: { iat: now - 86_400, exp: now + 60 } }), 'of yesterday');
  for (const claims of [
    ...[{ exp: undefined }, { iat: undefined }, { exp: now - 60 }, { iat: now + 600 }, { nbf: now + 600 }],
    ...[
      { exp: 'tomorrow' },
      { sub: undefined },
      { sub: '' },
      { sub: 's'.repeat(600) },
      { aud: undefined },
      { aud: [] },
    ],
  ]) {
    await assertInvalid(ask({ claims }), JSON.stringify(claims));
  }
});

attack('tokens of other kinds: access tokens, proofs, and those of hookmint itself', async () => {
  for (const typ of ['at+jwt', 'application/at+jwt', 'dpop+jwt', 'token-introspection+jwt', 'secevent+jwt', 'x']) {
    await assertInvalid(ask({ header: { typ } }), typ);
  }
  const [, payload = '', signature = ''] = (await platformToken()).split('.');
  const unencoded = { alg: 'RS256', kid: 'k1', crit: ['b64'], b64: false };
  const header = Buffer.from(JSON.stringify(unencoded)).toString('base64url');
  await assertInvalid(ask(`${header}.${payload}.${signature}`), 'b64');
  // An access token of the platform for an API that is here too, even where the client names that audience.
  const careless = await federated({ issuer: ISSUER, subject: SUBJECT, audiences: [stack().audience] });
  await assertUnknown(ask({ claims: { aud: stack().audience } }, careless), 'for an API');
  const { body } = await requestToken(stack());
  await assertInvalid(ask(String(body.access_token)), 'a token of hookmint');
  const answer = await api.call('POST', '/client-assertion-issuers', {
    ...{ name: 'Itself', issuer: `${stack().url}/`, jwks_uri: `${stack().url}/.well-known/jwks.json` },
  });
  assert.equal(answer.status, 400, 'hookmint does not trust itself');
});

attack('a swap of algorithms, and a key that the token brings along', async () => {
  const token = await platformToken();
  const [, payload = '', signature = ''] = token.split('.');
  for (const alg of ['none', 'HS256', 'PS256', 'RS384', 'ES256']) {
    const header = Buffer.from(JSON.stringify({ alg, kid: 'k1', typ: 'JWT' })).toString('base64url');
    await assertInvalid(ask(`${header}.${payload}.${signature}`), alg);
  }
  for (const secret of [JSON.stringify(key.jwk), String(key.jwk.n)]) {
    const forged = new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: 'HS256', kid: 'k1' });
    await assertInvalid(ask(await forged.sign(Buffer.from(secret))), 'HS256');
  }
  const elsewhere = server.serve([{ ...other.jwk, kid: 'k1' }]);
  for (const header of [{ jwk: other.jwk }, { jku: elsewhere }, { x5u: elsewhere }]) {
    await assertUnknown(ask({ header, signer: other }), JSON.stringify(Object.keys(header)));
  }
  assert.equal(server.requestsOf(elsewhere), 0);
});

attack("a client's own assertion is none of an issuer, and the other way round", async () => {
  const own = await signAssertion(stack(), clientId, key, { header: { kid: 'k1' } });
  await assertInvalid(ask(own), 'signed by the key of the issuer');
  await assertInvalid(ask(own, undefined), 'without a client_id');
  await assertInvalid(askByAssertion(stack(), await platformToken()), 'a platform token needs a client_id');
  const withKey = newClientKey('ES256');
  const { client_id } = await makeClient(api, {
    client_authentication_methods: { private_key_jwt: { credentials: [{ jwk: withKey.jwk }] } },
  });
  await assertUnknown(ask({}, client_id), 'of a client with a key');
  const rotated = (await api.call('POST', `/clients/${clientId}/rotate-secret`, {})).body as { client_secret: string };
  const { client_secret } = rotated;
  assert.equal((await requestToken(stack(), { client_id: clientId, client_secret })).status, 401);
});

attack('a pattern reaches no further than its segment', async () => {
  const byPattern = await federated({ issuer: ISSUER, subject_pattern: 'repo:acme/*:ref:refs/heads/rel-*' });
  const status = async (sub: string): Promise<number> => (await ask({ claims: { sub } }, byPattern)).status;
  assert.equal(await status('repo:acme/any:ref:refs/heads/rel-1'), 200);
  for (const sub of [
    ...[
      'repo:acme/any:ref:refs/heads/main',
      'repo:acme/a/b:ref:refs/heads/rel-1',
      'repo:acme/a:x:ref:refs/heads/rel-1',
    ],
    ...['repo:acme2/any:ref:refs/heads/rel-1', 'repo:acme/:ref:refs/heads/rel-1', 'repo:acme/any:ref:refs/heads/rel-'],
    ...[
      'xrepo:acme/any:ref:refs/heads/rel-1',
      'repo:acme/any:ref:refs/heads/rel-1/x',
      'repo/acme:any/ref:refs/heads/rel-1',
    ],
  ]) {
    assert.equal(await status(sub), 401, sub);
  }
  for (const credential of [
    ...['*', 'repo:*', 'repo:*/*:ref', '*:acme/x', 'repo:acme/**', 'repo:acme/a*b*c', 'repo:acme/x', ''].map(
      (subject_pattern) => ({ issuer: ISSUER, subject_pattern }),
    ),
    ...[{ issuer: ISSUER }, { issuer: ISSUER, subject: 'a', subject_pattern: 'repo:acme/*' }, { subject: SUBJECT }],
    ...[
      { issuer: 'https://unknown.example.com', subject: SUBJECT },
      { issuer: ISSUER, subject: SUBJECT, audiences: [] },
    ],
  ]) {
    const methods = { federated_jwt: { credentials: [credential] } };
    const { status: told } = await api.call('POST', '/clients', { name: 'x', client_authentication_methods: methods });
    assert.equal(told, 400, JSON.stringify(credential));
  }
});

attack('a token that is used twice, where its issuer is for single use', async () => {
  const once = 'https://once.example.com';
  await refused(
    api.call('POST', '/client-assertion-issuers', { name: 'x', issuer: once, jwks_uri: place, single_use: true }),
    400,
    "Payload validation error: 'needs a max_lifetime_seconds of at most 300' on property single_use.",
  );
  await trust({ issuer: once, jwks_uri: place, single_use: true, max_lifetime_seconds: 300 });
  const client = await federated({ issuer: once, subject: SUBJECT });
  const token = await platformToken({ claims: { iss: once, jti: 'one' } });
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(token, client)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array.from({ length: 7 }, () => 401)]);
  await assertUnknown(ask({ claims: { iss: once } }, client), 'without a jti');
});

attack('more claims than a hook is told, and names that objects inherit', async () => {
  await assertInvalid(ask({ claims: { more: 'x'.repeat(8_192) } }), 'huge');
  await assertUnknown(ask({}, '__proto__'), 'a client of that name');
  const inherited = await federated({ issuer: ISSUER, subject: SUBJECT, claims: { constructor: 'x' } });
  await assertUnknown(ask({}, inherited), 'a claim that is not there');
});

attack('an issuer whose keys cannot be fetched: 503, and never a token', async () => {
  const away = 'https://away.example.com';
  await trust({ issuer: away, jwks_uri: server.refuse() });
  const client = await federated({ issuer: away, subject: SUBJECT });
  const { status, body } = await ask({ claims: { iss: away } }, client);
  assert.deepEqual([status, body.error], [503, 'temporarily_unavailable']);
  // Whoever names the issuer is told so, and not which clients trust it.
  for (const [label, signed, other] of [
    ['a client that does not trust it', { claims: { iss: away } }, clientId],
    ['a client that is not there', { claims: { iss: away } }, 'nobody'],
    ['another subject', { claims: { iss: away, sub: 'somebody' } }, client],
  ] as const) {
    const told = await ask(signed, other);
    assert.deepEqual([told.status, told.body], [status, body], label);
  }
});

attack('may be moved, and ended, for all clients at once', async () => {
  const moving = 'https://moving.example.com';
  const { id } = await trust({ issuer: moving, jwks_uri: place });
  const client = await federated({ issuer: moving, subject: SUBJECT });
  const status = async (signer: ClientKey): Promise<number> =>
    (await ask({ claims: { iss: moving }, signer }, client)).status;
  assert.deepEqual([await status(key), await status(other)], [200, 401]);
  const jwks_uri = server.serve([{ ...other.jwk, kid: 'k1' }]);
  const path = `/client-assertion-issuers/${String(id)}`;
  assert.equal((await api.call('PATCH', path, { jwks_uri })).status, 200);
  assert.deepEqual([await status(key), await status(other)], [401, 200]);
  await refused(
    api.call('POST', '/client-assertion-issuers', { name: 'x', issuer: moving, jwks_uri }),
    409,
    `The issuer ${moving} is there already.`,
  );
  assert.equal((await api.call('DELETE', path)).status, 204);
  assert.equal(await status(other), 401);
  await refused(api.call('GET', path), 404, 'The client assertion issuer does not exist');
  const { body } = await api.call('GET', '/client-assertion-issuers');
  assert((body as Body[]).some((one) => one.id === issuerId));
});

attack('has its keys here, at its jwks_uri, or where its metadata says', async () => {
  const discovered = server.issuer((issuer) => ({ issuer, jwks_uri: place }));
  const ofAnother = server.issuer(() => ({ issuer: ISSUER, jwks_uri: place }));
  const without = server.issuer((issuer) => ({ issuer }));
  const toFile = server.issuer((issuer) => ({ issuer, jwks_uri: 'file:///etc/passwd' }));
  const toPrivate = server.issuer((issuer) => ({ issuer, jwks_uri: 'https://169.254.169.254/keys' }));
  const outcome = async (iss: string, signer = key): Promise<[number, unknown]> => {
    const client = await federated({ issuer: iss, subject: SUBJECT });
    const { status, body } = await ask({ claims: { iss }, signer }, client);
    return [status, body.error];
  };
  for (const issuer of [discovered, ofAnother, without, toFile, toPrivate]) await trust({ issuer });
  assert.deepEqual(await outcome(discovered), [200, undefined]);
  assert.deepEqual(await outcome(discovered, other), [401, 'invalid_client']);
  for (const issuer of [ofAnother, without, toFile, toPrivate]) {
    assert.deepEqual(await outcome(issuer), [503, 'temporarily_unavailable'], issuer);
  }

  const here = 'https://cluster.example.com';
  const jwk = { ...key.jwk, kid: 'k1', use: 'sig', key_ops: ['verify'], x5c: ['left out'] };
  const made = await trust({ issuer: here, jwks: { keys: [jwk] } });
  const kept = { kty: 'RSA', n: key.jwk.n, e: key.jwk.e, kid: 'k1', use: 'sig' };
  assert.deepEqual([made.jwks_uri, made.jwks], [null, { keys: [kept] }]);
  assert.deepEqual(await outcome(here), [200, undefined]);
  assert.deepEqual(await outcome(here, other), [401, 'invalid_client']);
  const path = `/client-assertion-issuers/${String(made.id)}`;
  const { body: moved } = await api.call('PATCH', path, { jwks: { keys: [{ ...other.jwk, kid: 'k1' }] } });
  assert.equal((moved as Body).jwks_uri, null);
  assert.deepEqual(
    [await outcome(here), await outcome(here, other)],
    [
      [401, 'invalid_client'],
      [200, undefined],
    ],
  );
  const { body: fetched } = await api.call('PATCH', path, { jwks_uri: place });
  assert.deepEqual([(fetched as Body).jwks_uri, (fetched as Body).jwks], [place, null]);
  assert.deepEqual(await outcome(here), [200, undefined]);

  const privateJwk = key.privateKey.export({ format: 'jwk' });
  for (const [body, message] of [
    [{ jwks: { keys: [privateJwk] } }, /private or symmetric key.*jwks/],
    [{ jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }, /private or symmetric key.*jwks/],
    [{ jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] } }, /verifies nothing here.*jwks/],
    [{ jwks: { keys: [{ ...key.jwk, use: 'enc' }] } }, /verifies nothing here.*jwks/],
    [{ jwks: { keys: [] } }, /jwks/],
    [{ jwks: { keys: [jwk] }, jwks_uri: place }, /absent or null together with jwks_uri.*jwks/],
    [{ issuer: 'spiffe://example.org' }, /is needed, or jwks.*jwks_uri/],
  ] as const) {
    const issuer = 'https://refused.example.com';
    const { status, body: told } = await api.call('POST', '/client-assertion-issuers', { name: 'x', issuer, ...body });
    assert.equal(status, 400);
    assert.match((told as { message: string }).message, message);
    assert(!JSON.stringify(told).includes(String(privateJwk.d)));
  }
});

attack('a FAPI client has no other issuer, and a client is one or the other', async () => {
  const federated_jwt = { credentials: [{ issuer: ISSUER, subject: SUBJECT }] };
  const private_key_jwt = { credentials: [{ jwk: newClientKey().jwk }] };
  for (const body of [
    { compliance_level: 'fapi2_sp_pkj_dpop', client_authentication_methods: { federated_jwt } },
    { client_authentication_methods: { federated_jwt, private_key_jwt } },
    { client_authentication_methods: {} },
    { client_authentication_methods: { federated_jwt }, client_secret: 's'.repeat(48) },
    { client_authentication_methods: { federated_jwt }, jwks_uri: 'https://keys.example.com/' },
    { client_authentication_methods: { federated_jwt }, token_endpoint_auth_method: 'client_secret_post' },
  ]) {
    assert.equal((await api.call('POST', '/clients', { name: 'x', ...body })).status, 400, JSON.stringify(body));
  }
});

attack('hooks and Actions see what was verified, and nothing of the request takes its place', async () => {
  const sub = 'system:serviceaccount:payments:billing';
  const client = await federated({ issuer: CLUSTER, subject: sub });
  const claims = { iss: CLUSTER, sub, 'kubernetes.io': POD };
  const NAME = 'https://seen.example.com/';
  const script = `module.exports = (client, scope, audience, context, cb) => cb(null, { '${NAME}': [context.client_assertion ?? null, context.body.client_assertion ?? null] });`;
  const hook = { name: 'seen', triggerId: 'credentials-exchange', script, enabled: true };
  const made = await api.call('POST', '/hooks', hook);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  try {
    const token = await platformToken({ claims });
    const { status, body } = await ask(token, client);
    assert.equal(status, 200, JSON.stringify(body));
    const seen = decodeJwt(String(body.access_token))[NAME];
    assert.deepEqual(seen, [{ issuer: CLUSTER, subject: sub, claims: decodeJwt(token) }, null]);
    const bySecret = await requestToken(stack(), { 'client_assertion.issuer': 'forged' });
    assert.deepEqual(decodeJwt(String(bySecret.body.access_token))[NAME], [null, null]);
  } finally {
    await api.call('DELETE', `/hooks/${String((made.body as Body).id)}`);
  }
});

attack('hookmint trust add makes the client one of the platform, and moves no keys of an issuer', async () => {
  const { client_id } = await makeClient(api, { name: 'By trust' });
  await grantClient(api, client_id, stack().audience, ['read:data']);
  const add = (...args: string[]) => {
    const { url, managementClientId, managementClientSecret } = stack();
    const env = { ...process.env, HOOKMINT_URL: url, HOOKMINT_CLIENT_ID: managementClientId };
    return promisify(execFile)(process.execPath, [CLI, 'trust', 'add', ...args, '--client', client_id], {
      env: { ...env, HOOKMINT_CLIENT_SECRET: managementClientSecret },
    });
  };
  const { stdout } = await add('github', 'acme/billing', '--issuer', ISSUER, '--jwks-uri', place);
  assert.match(stdout, /with the sub repo:acme\/billing:ref:refs\/heads\/main authenticate the client By trust\./);
  assert.equal((await ask({}, client_id)).status, 200);
  await add('kubernetes', 'payments/billing', '--issuer', CLUSTER, '--jwks-uri', place, '--audience', 'hookmint');
  const pod = { iss: CLUSTER, sub: 'system:serviceaccount:payments:billing', aud: 'hookmint' };
  assert.equal((await ask({ claims: pod }, client_id)).status, 200);
  assert.equal((await ask({}, client_id)).status, 200, 'the first one stays');
  const elsewhere = server.serve([other.jwk]);
  await assert.rejects(
    add('github', 'acme/x', '--issuer', ISSUER, '--jwks-uri', elsewhere),
    /is trusted with the keys/,
  );
  for (const who of ['acme', 'acme/*', 'acme/billing:ref:x', '*/*']) {
    await assert.rejects(add('github', who), /is not of the form OWNER\/REPOSITORY/, who);
  }

  const own = 'https://own.example.com';
  const file = join(folder, 'keys.json');
  writeFileSync(file, JSON.stringify({ keys: [{ ...key.jwk, kid: 'k1', use: 'sig' }] }));
  await add('oidc', 'billing', '--issuer', own, '--jwks-file', file);
  assert.equal((await ask({ claims: { iss: own, sub: 'billing' } }, client_id)).status, 200);
  assert.equal((await ask({ claims: { iss: own, sub: 'billing' }, signer: other }, client_id)).status, 401);
  await assert.rejects(add('oidc', 'x', '--issuer', own, '--jwks-file', file), /would replace its keys/);
  const more = ['oidc', 'x', '--issuer', 'https://more.example.com', '--jwks-file'];
  writeFileSync(file, '[]');
  for (const [args, said] of [
    [[...more, file], /keys\.json cannot be used/],
    [[...more, '/dev/zero'], /cannot be used: .*bytes/],
    [[...more, file, '--jwks-uri', place], /one place/],
  ] as const) {
    await assert.rejects(add(...args), said);
  }
});
