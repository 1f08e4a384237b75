import assert from 'node:assert/strict';
import { openWithScopes } from '../e2e/management-clients-fixtures.ts';
import { consoleSessionsIn } from '../../shared/store/console-sessions.ts';
import { openManagement, type Management } from '../support/management.ts';
import { sendRaw } from '../support/raw-http.ts';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';
import { untilIt } from './management-fixtures.ts';

// Against the running services: what somebody gets out of the console who is not who signed in.

let api: Management;
const stack = withStack({ own: true, hasConsole: true }, async (started) => {
  api = await openManagement(started);
});

type Sent = { method?: string; headers?: Record<string, string>; body?: string };
type Got = { status: number; code: unknown; body: unknown; cookie: string | undefined; headers: Headers };

/** As the console's own page sends it, but for what is said. */
async function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Got> {
  const own = { 'x-hookmint-console': '1', ...(method === 'GET' ? {} : { origin: stack().url }) };
  const all = Object.entries({ ...own, 'content-type': 'application/json', ...headers }).filter(
    ([, value]) => value !== '',
  );
  const response = await fetch(stack().url + path, {
    method,
    headers: Object.fromEntries(all),
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const parsed: unknown = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
  return {
    status: response.status,
    code: (parsed as { errorCode?: unknown }).errorCode,
    body: parsed,
    cookie: response.headers.getSetCookie()[0],
    headers: response.headers,
  };
}

async function makeLink(body: object = {}, by: Management = api): Promise<string> {
  const answer = await by.call('POST', '/console/links', body);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return (answer.body as { url: string }).url.split('#link=')[1] ?? '';
}

/** An address may try ten links in a minute, and all of this file are of one. */
const follow = (link: string, headers: Record<string, string> = {}): Promise<Got> =>
  send('/console/session', { method: 'POST', headers, body: JSON.stringify({ link }) });

/** Sessions as if by somebody's link, without following one: an address may try ten in a minute. */
async function session(role = 'admin'): Promise<{ cookie: string; id: string }> {
  const { token, session: begun } = await consoleSessionsIn(await stack().db()).begin({
    person: { id: 'link|test', name: 'test' },
    roles: [role as 'admin'],
    scopes: [],
    user_agent: 'test',
  });
  return { cookie: `hookmint-console-${new URL(stack().url).port}=${token}`, id: begun.id };
}

const listHooks = (headers: Record<string, string>) => send('/api/v2/hooks', { headers });

const links = attackClass('links to the console');

links('a link signs in once', async () => {
  const link = await makeLink();
  assert.equal((await follow(link)).status, 201);
  assert.deepEqual([(await follow(link)).status, (await follow(link)).code], [401, 'console_link_used']);
  const race = await makeLink();
  const answers = await Promise.all(Array.from({ length: 3 }, () => follow(race)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 401, 401]);
});

links('a link is of no use after its time', async () => {
  const link = await makeLink({ minutes: 1 });
  const db = await stack().db();
  await db
    .collection('console_links')
    .updateMany({ is_used: false }, { $set: { expires_at: new Date(Date.now() - 1) } });
  assert.equal((await follow(link)).code, 'console_link_unknown');
  assert.equal((await api.call('POST', '/console/links', { minutes: 61 })).status, 400);
});

links('what is kept of links and sessions opens nothing', async () => {
  const link = await makeLink();
  const { cookie } = await session();
  const db = await stack().db();
  const kept = JSON.stringify([
    await db.collection('console_links').find().toArray(),
    await db.collection('console_sessions').find().toArray(),
  ]);
  assert.ok(!kept.includes(link) && !kept.includes(cookie.split('=')[1] ?? ''));
  assert.ok(!stack().output().includes(link));
});

links('a link gives its role, and nobody makes one of more than they have', async () => {
  const { cookie } = await session('author');
  assert.equal((await listHooks({ cookie })).status, 200);
  const rotate = await send('/api/v2/keys/signing/rotate', { method: 'POST', headers: { cookie }, body: '{}' });
  assert.deepEqual([rotate.status, rotate.code], [403, 'insufficient_scope']);
  const { cookie: viewer } = await session('viewer');
  const create = await send('/api/v2/hooks', { method: 'POST', headers: { cookie: viewer }, body: '{}' });
  assert.deepEqual([create.status, create.code], [403, 'insufficient_scope']);

  const narrow = await openWithScopes(api, stack(), 'create:console_links', 'read:hooks');
  for (const role of ['viewer', 'author', 'operator', 'admin']) {
    assert.equal((await narrow.call('POST', '/console/links', { role })).status, 403, role);
  }
});

const sessions = attackClass('sessions of the console');

sessions('who is signed in stays who they are, whoever’s link they open', async () => {
  const [{ cookie }, over] = [await session('viewer'), await session()];
  const link = await makeLink();
  const answer = await follow(link, { cookie });
  assert.deepEqual([answer.status, answer.code, answer.cookie], [409, 'console_signed_in', undefined]);
  assert.equal((await listHooks({ cookie })).status, 200);
  assert.equal((await api.call('DELETE', `/console/sessions/${over.id}`)).status, 204);
  const followed = await follow(link, { cookie: over.cookie });
  assert.equal(followed.status, 201, 'the link was not used up');
  // The cookie is nothing to scripts, and to other sites.
  assert.match(followed.cookie ?? '', /; HttpOnly/);
  assert.match(followed.cookie ?? '', /; SameSite=Strict/);
  assert.doesNotMatch(followed.cookie ?? '', /Domain|Expires|Max-Age/);
});

sessions('a cookie alone reads and writes nothing: a form, a foreign page', async () => {
  const { cookie } = await session();
  const hook = {
    method: 'POST',
    body: JSON.stringify({ name: 'forged', script: 'x', triggerId: 'credentials-exchange' }),
  };
  const foreign: Record<string, string>[] = [
    { 'x-hookmint-console': '' },
    { 'x-hookmint-console': '', 'content-type': 'application/x-www-form-urlencoded' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
  ];
  for (const headers of foreign) {
    const answer = await send('/api/v2/hooks', { ...hook, headers: { cookie, ...headers } });
    assert.equal(answer.status, 401, JSON.stringify(headers));
    const out = await send('/console/session', { method: 'DELETE', headers: { cookie, ...headers } });
    assert.equal(out.status, 401, JSON.stringify(headers));
  }
  for (const headers of [
    { 'x-hookmint-console': '' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example' },
  ]) {
    assert.equal((await listHooks({ cookie, ...headers })).status, 401, JSON.stringify(headers));
  }
  assert.equal((await listHooks({ cookie })).status, 200);
});

sessions('another page signs nobody in', async () => {
  const link = await makeLink();
  for (const headers of [
    { 'x-hookmint-console': '' },
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
  ]) {
    assert.equal((await follow(link, headers)).code, 'console_foreign_request');
  }
});

sessions('another name for the server is refused', async () => {
  const { cookie } = await session();
  for (const [path, status] of [
    ['/console/', 421],
    ['/console/session', 421],
    ['/api/v2/hooks', 401],
  ] as const) {
    const lines = ['Host: evil.example', `Cookie: ${cookie}`, 'X-Hookmint-Console: 1', 'Connection: close', '', ''];
    const answer = await sendRaw(stack().url, [`GET ${path} HTTP/1.1`, ...lines].join('\r\n'));
    assert.equal(answer?.status, status, path);
  }
});

sessions('one that is over, in whichever way, is over', async () => {
  const db = await stack().db();
  const kept = db.collection('console_sessions');
  const [out, ended, idle, old] = await Promise.all([session(), session(), session(), session()]);
  for (const { cookie } of [out, ended, idle, old]) assert.equal((await listHooks({ cookie })).status, 200);
  assert.equal((await send('/console/session', { method: 'DELETE', headers: { cookie: out.cookie } })).status, 204);
  assert.equal((await api.call('DELETE', `/console/sessions/${ended.id}`)).status, 204);
  await kept.updateOne({ id: idle.id }, { $set: { seen_at: new Date(Date.now() - 3_600_001) } });
  await kept.updateOne({ id: old.id }, { $set: { ends_at: new Date(Date.now() - 1) } });
  for (const { cookie } of [out, ended, idle, old]) assert.equal((await listHooks({ cookie })).status, 401);
});

sessions('a token of somebody else’s choice signs in nobody', async () => {
  const { cookie } = await session();
  const [name = '', token = ''] = cookie.split('=');
  const chosen = `${name}=${'A'.repeat(43)}`;
  const { cookie: given = '' } = await follow(await makeLink(), { cookie: chosen });
  assert.ok(given !== '' && !given.includes('A'.repeat(43)));
  assert.equal((await listHooks({ cookie: chosen })).status, 401);
  // A cookie beside the real one, as a neighbour on the same domain may set it.
  assert.equal((await listHooks({ cookie: `${chosen}; ${cookie}` })).status, 401);
  // Nor does one whose name only looks like the one that nobody else may set (`__Host-`), alone or beside it.
  for (const space of ['\u00a0', '\t', '\u0085', '\u00ad', '$']) {
    assert.equal(
      (await listHooks({ cookie: space + cookie })).status,
      space === '\t' ? 200 : 401,
      JSON.stringify(space),
    );
    assert.equal((await listHooks({ cookie: `a=b; ${space}${chosen}; ${cookie}` })).status, 200, JSON.stringify(space));
  }
  for (const wrong of [`${token}x`, token.slice(1), '', '%00', "' || '1'=='1", '{"$ne":null}']) {
    assert.equal((await listHooks({ cookie: `${name}=${encodeURIComponent(wrong)}` })).status, 401);
  }
});

sessions('with a token of a client no cookie is looked at', async () => {
  const { cookie } = await session();
  assert.equal((await listHooks({ cookie, authorization: 'Bearer x' })).status, 401);
  const narrow = await openWithScopes(api, stack(), 'read:clients');
  assert.equal((await listHooks({ cookie, authorization: `Bearer ${narrow.token}` })).status, 403);
});

sessions('what a person writes is told of as theirs, and never as a client’s', async () => {
  const { cookie } = await session();
  const body = JSON.stringify({
    name: 'by a person',
    script: 'module.exports = (a, b, c, d, cb) => cb();',
    triggerId: 'credentials-exchange',
  });
  const made = await send('/api/v2/hooks', { method: 'POST', headers: { cookie }, body });
  assert.equal(made.status, 201);
  const log = await untilIt(
    async () => (await api.call('GET', '/logs?q=description:"Create a hook"')).body as Record<string, unknown>[],
    (logs) => logs.length > 0,
  );
  assert.deepEqual([log[0]?.user_id, log[0]?.user_name, log[0]?.client_id], ['link|test', 'test', undefined]);
});

const files = attackClass('files of the console');

files('nothing but what was built is served', async () => {
  for (const path of [
    '/console/assets/',
    '/console/assets/..%2findex.html',
    '/console/assets/..%2f..%2f..%2fpackage.json',
    '/console/assets/%2e%2e/%2e%2e/build.ts',
    '/console/assets/sources-sha256',
    '/console/assets/x-AAAAAAAA.js',
    '/console/assets/console-AAAAAAAA.js.gz',
    '/console/session/x',
  ]) {
    const answer = await send(path);
    assert.equal(answer.status, 404, path);
    assert.doesNotMatch(JSON.stringify(answer.body), /dependencies|esbuild/, path);
  }
});

files('the page is in nobody’s frame, and says nothing of where it comes from', async () => {
  const { headers } = await send('/console/hooks/x');
  assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
  assert.equal(headers.get('referrer-policy'), 'no-referrer');
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
  assert.equal(headers.get('access-control-allow-origin'), null);
  const [one, two] = await Promise.all([send('/console/'), send('/console/')]);
  const nonce = ({ headers: of }: Got) => /'nonce-([^']+)'/.exec(of.get('content-security-policy') ?? '')?.[1];
  assert.notEqual(nonce(one), nonce(two));
});

links('they are not to be guessed at', async () => {
  const guesses = await Promise.all(Array.from({ length: 12 }, (_, i) => follow(String(i).padStart(43, 'A'))));
  const statuses = guesses.map(({ status }) => status);
  assert.ok(statuses.includes(429), statuses.join());
  assert.ok(statuses.every((status) => status === 401 || status === 429));
});
