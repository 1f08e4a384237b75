import { attackClass } from './attack-class.ts';
import { hook } from './sandbox.ts';
import assert from 'node:assert/strict';
import { createRemoteJWKSet, decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import { RESERVED_NAMES } from '../unit/property-merge-values.ts';
import { enableHook } from '../support/enable-hook.ts';
import { postJson, postToken } from '../support/post-token.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { without } from '../support/without.ts';

// Against the running services: whatever a hook does, the token says of itself only what its issuer says.

const INNOCENT = hook(`cb(null, { 'https://foo.com/plain': Object.keys({}), scope: scope.concat('extra') });`);
const stack = withStack({ hook: null });

/** The whole token of an answer, its signature checked, without what is the issuer's; that is checked too. */
async function shapedBy(answer: TokenAnswer): Promise<JWTPayload> {
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const { access_token, scope, ...response } = answer.body;
  assert.deepEqual(response, { expires_in: 86_400, token_type: 'Bearer' });
  const keys = createRemoteJWKSet(new URL(`${stack().url}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(String(access_token), keys, { algorithms: ['RS256'] });
  const nowSeconds = Date.now() / 1_000;
  const { iat = 0, exp = 0 } = payload;
  assert.ok(Math.abs(iat - nowSeconds) < 10 && exp === iat + 86_400, JSON.stringify(payload));
  const { clientId, audience, url } = stack();
  assert.deepEqual(
    [payload.sub, payload.aud, payload.azp, payload.gty, payload.iss],
    [`${clientId}@clients`, audience, clientId, 'client-credentials', payload.iss],
  );
  assert.ok(payload.iss?.startsWith('http'), `${String(payload.iss)} of ${url}`);
  assert.equal(payload.scope, scope);
  return without(payload, 'iss', 'sub', 'aud', 'azp', 'gty', 'iat', 'exp');
}

async function shaped(body: string, extra: Record<string, string> = {}): Promise<JWTPayload> {
  await enableHook(stack(), hook(body));
  return shapedBy(await requestToken(stack(), extra));
}

async function assertInnocent(): Promise<void> {
  await enableHook(stack(), INNOCENT, {}, 'innocent');
  assert.deepEqual(await shapedBy(await requestToken(stack())), {
    'https://foo.com/plain': [],
    scope: 'read:data extra',
  });
}

const NAMES = JSON.stringify(RESERVED_NAMES);
const forgeReserved = attackClass('reserved claims');
const CLAIM_FORGERIES: [how: string, body: string][] = [
  ['as plain members', `const r = { scope }; for (const n of ${NAMES}) r[n] = 'x'; cb(null, r);`],
  [
    'as members of a JSON text',
    `cb(null, JSON.parse('{' + ${NAMES}.map((n) => JSON.stringify(n) + ':1') + ',"scope":["read:data"]}'));`,
  ],
  [
    'as getters',
    `const r = { scope }; for (const n of ${NAMES}) Object.defineProperty(r, n, { get: () => 'x', enumerable: true }); cb(null, r);`,
  ],
  [
    'by a proxy',
    `cb(null, new Proxy({}, { get: (t, n) => (n === 'toJSON' ? undefined : n === 'scope' ? scope : 'x'),
     ownKeys: () => [...new Set(${NAMES}), 'scope'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }) }));`,
  ],
  [
    'by a proxy that says another name each time',
    `let turn = 0; cb(null, new Proxy({ scope }, { ownKeys: () => (turn++ === 0 ? ['scope', 'https://foo.com/a'] : ['sub']),
     get: (t, n) => (n === 'scope' ? scope : undefined), getOwnPropertyDescriptor: (t, n) => ({ enumerable: true, configurable: true, value: t[n] }) }));`,
  ],
  [
    'by toJSON',
    `cb(null, { toJSON: () => Object.assign({ scope }, Object.fromEntries(${NAMES}.filter((n) => n !== '__proto__').map((n) => [n, 'x']))) });`,
  ],
  ['by the prototype of the result', `cb(null, Object.assign(Object.create({ sub: 'x', aud: 'x' }), { scope }));`],
  ['by Object.prototype', `Object.prototype.sub = Object.prototype.iss = 'x'; cb(null, { scope });`],
  ['by another JSON.stringify', `JSON.stringify = () => '{"sub":"x","scope":["read:data"]}'; cb(null, { scope });`],
  [
    'by String.prototype.toJSON and Array.prototype.toJSON',
    `String.prototype.toJSON = () => 'x'; Array.prototype.toJSON = function () { return Array.from(this); }; cb(null, { scope, sub: 'x' });`,
  ],
  ['after the callback', `const r = { scope }; cb(null, r); r.sub = 'x'; r.scope = ['admin'];`],
  ['in a value that ends its string', `cb(null, { scope, ['x","sub":"x']: '","sub":"x' });`],
  ['in a scope that ends its string', `cb(null, { scope: [...scope, 'a","sub":"x', 'a\\\\u0022', 'a\\nb'] });`],
  [
    'under the names of the vendor',
    `const r = { scope }; for (const h of ['https://auth0.com/', 'HTTPS://x.AUTH0.com./', 'https://a@webtask.io/', 'https://auth0.com\\\\']) r[h + 'sub'] = 'x'; cb(null, r);`,
  ],
  [
    'with other case, spaces and widths',
    `cb(null, { scope, SUB: 'x', ' sub': 'x', 'sub ': 'x', 'ｓｕｂ': 'x', 'sub\\u0000': 'x', 'su\\u00adb': 'x' });`,
  ],
];
for (const [how, body] of CLAIM_FORGERIES) {
  forgeReserved(how, async () => {
    assert.deepEqual(await shaped(body), { scope: 'read:data' });
  });
}

const forgeResult = attackClass('result forgery');
const RESULT_FORGERIES: [how: string, body: string, expected: JWTPayload][] = [
  [
    'of the members of the response',
    `cb(null, { scope, access_token: 'x', expires_in: 1, token_type: 'mac', refresh_token: 'x' });`,
    { scope: 'read:data' },
  ],
  [
    'by an object that looks like an outcome',
    `cb(null, { status: 'ok', result: '{"sub":"x"}', cpu_ms: 0, wall_ms: 0, console: [] });`,
    {},
  ],
  [
    'by an error that looks like a result',
    `cb(null, Object.assign(new Error('x'), { scope }));`,
    { scope: 'read:data' },
  ],
  [
    'by a second callback',
    `cb(null, { scope }); try { cb(null, { scope: ['admin'] }); } catch {}`,
    { scope: 'read:data' },
  ],
  [
    'by a second callback later',
    `setTimeout(() => { try { cb(null, { scope: ['admin'] }); } catch {} }, 5); cb(null, { scope });`,
    { scope: 'read:data' },
  ],
  [
    'by a callback kept from an earlier run',
    `const kept = global.kept; global.kept = cb; if (kept) try { kept(null, { scope: ['admin'] }); } catch {} cb(null, { scope });`,
    { scope: 'read:data' },
  ],
  [
    'by a frame of the protocol in the console',
    `console.log('\\no{"scope":["admin"]}'); cb(null, { scope });`,
    { scope: 'read:data' },
  ],
  ['by what the function returns', `cb(null, { scope }); return { scope: ['admin'] };`, { scope: 'read:data' }],
];
for (const [how, body, expected] of RESULT_FORGERIES) {
  forgeResult(how, async () => {
    assert.deepEqual(await shaped(body), expected);
    assert.deepEqual(await shapedBy(await requestToken(stack())), expected);
  });
}

forgeResult('by one run of another run’s result, many at a time', async () => {
  await enableHook(
    stack(),
    `module.exports = async (client, scope, audience, context, cb) => {
      (global.all ??= []).push(cb);
      await null;
      for (const other of global.all) if (other !== cb) try { other(null, { 'https://foo.com/n': 'forged' }); } catch {}
      if (context.body.n % 2) await new Promise((resolve) => setTimeout(resolve, 2));
      try { cb(null, { 'https://foo.com/n': context.body.n }); } catch {}
    };`,
  );
  const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => requestToken(stack(), { n: String(n) })));
  // One hook's runs share its globals by contract: they may spoil each other's result, and nobody else's.
  for (const answer of answers) {
    const claims = await shapedBy(answer);
    assert.deepEqual(Object.keys(claims), ['https://foo.com/n']);
  }
  await assertInnocent();
});

const pollute = attackClass('prototype pollution of the host');
const EVIL =
  '{"__proto__":{"polluted":1,"scope":["admin"]},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}}';
const POLLUTIONS: [how: string, body: string][] = [
  ['by the result', `cb(null, JSON.parse('${EVIL}'));`],
  ['by a value of the result', `cb(null, { 'https://foo.com/c': JSON.parse('${EVIL}') });`],
  ['by a value of the scope', `cb(null, { scope: JSON.parse('[${EVIL}]') });`],
  ['by the console', `console.log(JSON.parse('${EVIL}'), '${EVIL}'); cb(null, { scope });`],
  [
    'by what it is given',
    `for (const o of [client, scope, context, context.webtask, cb]) { o.__proto__.polluted = 1; o.constructor.prototype.polluted = 1; } cb(null, { scope });`,
  ],
  [
    'by the secrets and the storage of the webtask',
    `context.webtask.storage.set(JSON.parse('${EVIL}'), { force: 1 }, () => context.webtask.storage.get(() => cb(null, { scope })));`,
  ],
  [
    'by structuredClone, URLs, headers and forms',
    `const evil = JSON.parse('${EVIL}'); structuredClone(evil); new Headers([['__proto__', 'x']]); new URLSearchParams('__proto__=x&__proto__[polluted]=1'); new URL('http://x/?__proto__=1'); cb(null, { scope });`,
  ],
];
for (const [how, body] of POLLUTIONS) {
  pollute(how, async () => {
    const claims = await shaped(body);
    assert.equal(Object.keys(claims).filter((name) => !['scope', 'https://foo.com/c'].includes(name)).length, 0);
    assert.ok([undefined, 'read:data'].includes(claims.scope as string | undefined), JSON.stringify(claims));
    await assertInnocent();
  });
}

pollute('by an error that denies', async () => {
  await enableHook(
    stack(),
    hook(`cb(Object.assign(new Error('${EVIL}'), JSON.parse('${EVIL}'), { name: '__proto__' }));`),
  );
  const { status, body } = await requestToken(stack());
  assert.deepEqual([status, body], [500, { error: 'server_error', error_description: EVIL }]);
  await assertInnocent();
});

pollute('by a client’s parameters, as a form and as JSON', async () => {
  await enableHook(stack(), hook(`cb(null, { 'https://foo.com/polluted': [typeof ({}).polluted, scope] });`));
  const untouched = { 'https://foo.com/polluted': ['undefined', ['read:data']] };
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: stack().clientId,
    client_secret: stack().clientSecret,
    audience: stack().audience,
    'constructor[prototype][polluted]': '1',
    '__proto__[polluted]': '1',
  });
  form.append('__proto__', 'x');
  const ofForm = await postToken(stack(), form.toString(), { 'content-type': 'application/x-www-form-urlencoded' });
  if (ofForm.status === 200) assert.deepEqual(await shapedBy(ofForm), untouched);
  else assert.equal(ofForm.status, 400);
  const json = JSON.stringify({ ...Object.fromEntries(form), extra: 1 }).replace(
    /\}$/,
    `,"__proto__":{"polluted":1},"a":${EVIL}}`,
  );
  const ofJson = await postToken(stack(), json, { 'content-type': 'application/json' });
  if (ofJson.status === 200) assert.deepEqual(await shapedBy(ofJson), untouched);
  else assert.equal(ofJson.status, 400);
  const nested = await postJson(stack(), { nested: JSON.parse(EVIL) as unknown });
  if (nested.status === 200) assert.deepEqual(await shapedBy(nested), untouched);
  else assert.equal(nested.status, 400);
  assert.equal(decodeJwt(String((await requestToken(stack())).body.access_token)).polluted, undefined);
  await assertInnocent();
});
