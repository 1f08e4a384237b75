import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { after, before } from 'node:test';
import { providerEnv } from '../support/openid-provider.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { attackClass } from './attack-class.ts';
import { startForgingProvider, type Forged } from './forging-provider.ts';

// Against the running services: how somebody gets into the console by a provider's answer that is not the provider's, or not for them.

const [CLIENT_ID, CLIENT_SECRET] = ['hookmint-console', randomBytes(32).toString('base64url')];

let provider: Awaited<ReturnType<typeof startForgingProvider>>;
let stack: Stack;
before(async () => {
  provider = await startForgingProvider(CLIENT_ID, CLIENT_SECRET);
  const settings = { issuer: provider.issuer, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };
  stack = await startStack({ hasConsole: true, env: providerEnv(settings, { admins: 'admin' }) });
});
after(async () => {
  await stack.stop();
  provider.close();
});

type Began = { state: string; nonce: string; cookie: string; to: URL };

type Answer = { status: number | undefined; location: string; cookies: string[] };

/** Each from an address of its own, since one may try thirty times in a minute; `from` is always the same. */
async function go(path: string, { cookie, from }: { cookie?: string; from?: string } = {}): Promise<Answer> {
  const { host, port } = new URL(stack.url);
  const headers = { host, ...(cookie === undefined ? {} : { cookie }) };
  const localAddress = from ?? `127.0.${String((requests >> 8) + 1)}.${String(requests++ & 255 || 1)}`;
  const asked = request({
    host: '127.0.0.1',
    port,
    path: `/console/${path}`,
    headers,
    localAddress,
    agent: false,
  }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return {
    status: answer.statusCode,
    location: answer.headers.location ?? '',
    cookies: answer.headers['set-cookie'] ?? [],
  };
}
let requests = 0;

/** Those that are set, without those that are taken away. */
const cookiesOf = ({ cookies }: Answer): string[] =>
  cookies.filter((cookie) => !cookie.includes('Expires=Thu, 01 Jan 1970')).map((cookie) => cookie.split(';')[0] ?? '');

async function begin(to = '', session?: string): Promise<Began> {
  const sent = session === undefined ? {} : { cookie: session };
  const answer = await go(`sign-in/start?to=${encodeURIComponent(to)}`, sent);
  assert.equal(answer.status, 303);
  const url = new URL(answer.location);
  return {
    state: url.searchParams.get('state') ?? '',
    nonce: url.searchParams.get('nonce') ?? '',
    cookie: cookiesOf(answer)[0] ?? '',
    to: url,
  };
}

type Ended = { location: string; session: string | undefined };

async function end(parameters: Record<string, string>, cookie: string): Promise<Ended> {
  const query = new URLSearchParams({ code: 'a-code', iss: provider.issuer, ...parameters });
  const answer = await go(`sign-in/callback?${query.toString()}`, { cookie });
  assert.equal(answer.status, 303);
  const session = cookiesOf(answer).find((one) => !one.includes('-sign-in='));
  return { location: answer.location, session };
}

/** How signing in by such an ID token ends. */
async function signInBy(forged: Forged): Promise<Ended> {
  const { state, nonce, cookie } = await begin();
  provider.forge(forged, nonce);
  return end({ state }, cookie);
}

function refused({ location, session }: Ended, code: string): void {
  assert.equal(location, `${stack.url}/console/?sign_in_error=${code}`);
  assert.equal(session, undefined);
}

const tokens = attackClass('ID tokens for the console');

tokens('the right one signs in: the others fail by what is wrong with them', async () => {
  const { location, session } = await signInBy({});
  assert.equal(location, `${stack.url}/console/`);
  const answer = await fetch(`${stack.url}/api/v2/hooks`, {
    headers: { 'x-hookmint-console': '1', cookie: session ?? '' },
  });
  assert.equal(answer.status, 200);
});

const now = Math.floor(Date.now() / 1_000);
const WRONG: Record<string, Forged> = {
  'another nonce': { claims: { nonce: 'x'.repeat(43) } },
  'no nonce': { claims: { nonce: undefined } },
  'another issuer': { claims: { iss: 'https://evil.example' } },
  'another client': { claims: { aud: 'another' } },
  'another client beside this one': { claims: { aud: [CLIENT_ID, 'another'], azp: 'another' } },
  expired: { claims: { exp: now - 3_600, iat: now - 7_200 } },
  'no end': { claims: { exp: undefined } },
  'no subject': { claims: { sub: undefined } },
  'a subject that is no text': { claims: { sub: { $ne: null } } },
  'a subject that is too long': { claims: { sub: 'x'.repeat(600) } },
  'an end that is a text': { claims: { exp: String(now + 60) } },
  'a time of issue that is a text': { claims: { iat: String(now) } },
  'not valid yet': { claims: { nbf: now + 3_600 } },
  'several clients, and none that it was made for': { claims: { aud: [CLIENT_ID, 'another'] } },
  'nonces in a list': { claims: { nonce: ['x'.repeat(43)] } },
  'issuers in a list': { claims: { iss: ['https://evil.example'] } },
  'an extension that nobody knows': { header: { crit: ['x'], x: 1 } },
  'a kid of another key': { header: { kid: 'another' } },
  'a subject that turns the line around': { claims: { sub: 'eve\u202eecila' } },
  'a subject that ends the line': { claims: { sub: 'eve\nalice' } },
  'a subject with half a character': { claims: { sub: 'eve\ud800' } },
  'no signature': { alg: 'none' },
  'signed with the client’s secret': { alg: 'HS256' },
  'another key': { isByAnotherKey: true },
};
for (const [name, forged] of Object.entries(WRONG)) {
  tokens(name, async () => refused(await signInBy(forged), 'console_sign_in_failed'));
}

tokens('a name that cannot be seen, or turns around what stands beside it, is shown as what it is', async () => {
  for (const [claims, name] of [
    [{ name: 'eve\u202eecila' }, 'eve\\u202eecila'],
    [{ name: 'eve\u001b[2J\nalice' }, 'eve\\u001b[2J\\nalice'],
    [{ name: '\u200b \u2066', email: 'eve@example.com' }, 'eve@example.com'],
    [{ name: 'x'.repeat(255) + '\u{1f600}' }, `${'x'.repeat(255)}\ufffd`],
    [{ name: { toString: 'x' } }, 'eve'],
  ] as const) {
    const { session = '' } = await signInBy({ claims });
    const answer = await fetch(`${stack.url}/console/session`, {
      headers: { 'x-hookmint-console': '1', cookie: session },
    });
    const { person } = (await answer.json()) as { person: { id: string; name: string } };
    assert.deepEqual(person, { id: `${provider.issuer}|eve`, name });
  }
});

tokens('who signs in again is signed out of what was there before, in this browser alone', async () => {
  const isIn = async (cookie = ''): Promise<boolean> => {
    const answer = await fetch(`${stack.url}/console/session`, { headers: { 'x-hookmint-console': '1', cookie } });
    return answer.status === 200;
  };
  const [elsewhere, before] = [await signInBy({}), await signInBy({})];
  assert.deepEqual([await isIn(elsewhere.session), await isIn(before.session)], [true, true]);
  // The session's own cookie goes to the first page, and does not come back with the answer of another site.
  const began = await begin('', before.session);
  provider.forge({}, began.nonce);
  const again = await end({ state: began.state }, began.cookie);
  assert.deepEqual(
    [await isIn(again.session), await isIn(before.session), await isIn(elsewhere.session)],
    [true, false, true],
  );
  // Nor is anybody signed out by a try that fails, or by a key that is none.
  const [failing, guessed] = [await begin('', again.session), await begin()];
  refused(await end({ state: failing.state, error: 'access_denied' }, failing.cookie), 'console_sign_in_refused');
  const [name = '', value = ''] = guessed.cookie.split('=');
  const kept = JSON.parse(Buffer.from(value, 'base64url').toString()) as object;
  const forged = Buffer.from(JSON.stringify({ ...kept, replacedKey: 'A'.repeat(43) })).toString('base64url');
  provider.forge({}, guessed.nonce);
  assert.ok(await isIn((await end({ state: guessed.state }, `${name}=${forged}`)).session));
  assert.deepEqual([await isIn(again.session), await isIn(elsewhere.session)], [true, true]);
});

const ROLES: Record<string, unknown> = {
  none: undefined,
  'of another name': ['Admins', 'admin', ' admins'],
  'names of every object': ['__proto__', 'constructor', 'toString'],
  nested: [['admins']],
  'an object': { admins: true },
  'a text with them': 'users admins',
};
for (const [name, roles] of Object.entries(ROLES)) {
  tokens(`roles: ${name}`, async () => refused(await signInBy({ claims: { roles } }), 'console_no_role'));
}

const answers = attackClass('answers of the provider to a browser');

answers('only to the browser that asked, once', async () => {
  const [one, two] = [await begin(), await begin()];
  const before = provider.codes.length;
  provider.forge({}, one.nonce);
  refused(await end({ state: one.state }, ''), 'console_sign_in_expired');
  refused(await end({ state: one.state }, two.cookie), 'console_sign_in_failed');
  refused(await end({ state: two.state }, one.cookie), 'console_sign_in_failed');
  refused(await end({ state: one.state }, `${one.cookie}; ${two.cookie}`), 'console_sign_in_expired');
  // One that a neighbour on the domain has set, under a name that only looks like it.
  refused(await end({ state: one.state }, `\u00a0${one.cookie}`), 'console_sign_in_expired');
  // Nobody shows a code to the provider for a browser that did not ask.
  assert.deepEqual(provider.codes.slice(before), []);
  const forged = Buffer.from(JSON.stringify({ state: 'x', nonce: 'x', codeVerifier: 'x', to: '/' })).toString(
    'base64url',
  );
  refused(await end({ state: 'x' }, `${one.cookie.split('=')[0] ?? ''}=${forged}`), 'console_sign_in_expired');
});

answers('of another provider, or none', async () => {
  const { state, nonce, cookie } = await begin();
  provider.forge({}, nonce);
  refused(await end({ state, iss: 'https://evil.example' }, cookie), 'console_sign_in_failed');
  refused(await end({ state, error: 'access_denied' }, cookie), 'console_sign_in_refused');
  const markup = '<script>alert(1)</script>';
  refused(await end({ state, error: markup, error_description: markup }, cookie), 'console_sign_in_refused');
  refused(await end({ state, error: 'long'.repeat(1_000) }, cookie), 'console_sign_in_refused');
  assert.ok(!stack.output().includes('long'.repeat(100)), 'whoever comes back fills no log');
});

answers('the cookie is for this host alone, and no script’s', async () => {
  const answer = await go('sign-in/start');
  const [cookie = ''] = answer.cookies;
  assert.match(cookie, /; Max-Age=600;/);
  assert.match(cookie, /; HttpOnly; SameSite=Lax$/);
  assert.doesNotMatch(cookie, /Domain/);
});

answers('the question is by PKCE, for what is needed', async () => {
  const { to } = await begin();
  const asked = Object.fromEntries(to.searchParams);
  assert.equal(asked.code_challenge_method, 'S256');
  assert.equal(asked.response_type, 'code');
  assert.equal(asked.scope, 'openid profile email');
  assert.equal(asked.redirect_uri, `${stack.url}/console/sign-in/callback`);
  assert.ok(!to.href.includes(CLIENT_SECRET));
});

answers('nobody is led elsewhere', async () => {
  const elsewhere = [
    'https://evil.example/console/',
    '//evil.example/console/',
    String.raw`\\evil.example/console/`,
    '/console/../api/v2/hooks',
    '/consolex/',
    'javascript:alert(1)',
    '/console/sign-in/start?to=/console/sign-in/start',
    '/console/./sign-in/callback?code=x',
    '/%2fevil.example',
    `/console/${'x'.repeat(2_000)}`,
  ];
  for (const to of elsewhere) {
    const { state, nonce, cookie } = await begin(to);
    provider.forge({}, nonce);
    assert.equal((await end({ state }, cookie)).location, `${stack.url}/console/`, to);
  }
});

const servers = attackClass('servers of the provider');

servers('one that redirects, talks without end, lies or says nothing costs one sign-in', async () => {
  const kinds: [string, Parameters<typeof provider.answer>[1]][] = [
    ['console_sign_in_failed', (_request, response) => response.writeHead(302, { location: '/jwks' }).end()],
    ['console_sign_in_failed', (_request, response) => response.writeHead(500).end('x')],
    [
      'console_sign_in_failed',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    ],
    [
      'console_sign_in_failed',
      (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('[[[['),
    ],
    [
      'console_provider_unavailable',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const write = (): void => {
          while (response.write('x'.repeat(65_536)));
        };
        response.on('drain', write).on('error', () => undefined);
        write();
      },
    ],
    ['console_provider_unavailable', (_request, response) => void response.socket?.destroy()],
    ['console_provider_unavailable', () => undefined],
  ];
  for (const [code, answer] of kinds) {
    const { state, cookie } = await begin();
    provider.answer('/token', answer);
    const beganMs = performance.now();
    refused(await end({ state }, cookie), code);
    assert.ok(performance.now() - beganMs < 7_000);
  }
});

servers('a place to sign out that is a script is no link', async () => {
  const answer = await fetch(`${stack.url}/console/sign-in/ways`);
  const { host } = new URL(provider.issuer);
  assert.deepEqual(await answer.json(), { provider: { name: host, is_reachable: true, sign_out_url: null } });
});

servers('an address that tries all the time is told to wait, and nobody is asked', async () => {
  const locations: string[] = [];
  for (let n = 0; n < 31; n++) locations.push((await go('sign-in/start', { from: '127.0.0.1' })).location);
  assert.equal(locations.at(-1), `${stack.url}/console/?sign_in_error=too_many_requests`);
});
