import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { DEFAULT_HOOK_LIMITS, type HookRevisionInput } from '../../shared/domain/hook.ts';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { HookLog, hookLogSubject } from '../../shared/subjects/hook-log.ts';
import { deployActions, deployRevision } from '../support/deploy-revision.ts';
import { announce } from '../support/enable-hook.ts';
import { refusal, told } from '../support/post-token.ts';
import { TENANT } from '../support/stack.ts';
import { addApi, addClient } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { without } from '../support/without.ts';

const API = 'https://stages.example.com/';
const SCOPES = ['read', 'write', 'admin'];
const scopes = SCOPES.map((value) => ({ value }));
const stack = withStack({ hook: null }, (started) => addApi(started, { identifier: API, scopes }, SCOPES));

const hook = (body: string): string => `module.exports = (client, scope, audience, context, cb) => {\n${body}\n};`;
const action = (body: string): string => `exports.onExecuteCredentialsExchange = async (event, api) => {\n${body}\n};`;
const SEEN = "api.accessToken.setCustomClaim('https://foo.com/seen', event.accessToken);";

type Code = string | Partial<HookRevisionInput>;

/** Has the gateway run one hook, or none, and then these Actions. */
async function run(hookCode: string | null, ...actions: Code[]): Promise<void> {
  const db = await stack().db();
  const limits = DEFAULT_HOOK_LIMITS;
  if (hookCode === null) await hooksIn(db).disable('credentials-exchange');
  else await deployRevision(db, { hook_id: 'test-hook', code: hookCode, limits });
  const contents = actions.map((of, index) => ({
    hook_id: `action-${String(index + 1)}`,
    code: '',
    limits,
    ...(typeof of === 'string' ? { code: of } : of),
  }));
  await deployActions(db, contents);
  await announce(stack());
}

const ask = (overrides: Record<string, string | undefined> = {}) =>
  requestToken(stack(), { audience: API, ...overrides });

/** What the hooks made of the token: its scope and its custom claims. */
async function shaped(overrides: Record<string, string | undefined> = {}): Promise<Record<string, unknown>> {
  const { status, body } = await ask(overrides);
  assert.equal(status, 200, JSON.stringify(body));
  const claims = decodeJwt(String(body.access_token));
  assert.equal(body.scope, claims.scope);
  return without(claims as Record<string, unknown>, 'iss', 'sub', 'aud', 'iat', 'exp', 'gty', 'azp');
}

describe('an Action', () => {
  it('without a hook sees no claims and the granted scope', async () => {
    await run(null, action(SEEN));
    assert.deepEqual(await shaped(), {
      scope: 'read write admin',
      'https://foo.com/seen': { customClaims: {}, scope: SCOPES },
    });
  });

  it('sees the claims and the scope as the hook left them, without what was dropped', async () => {
    const left = `cb(null, { 'https://foo.com/hook': { deep: [1, 'ä'] }, 'https://foo.com/__proto__': null, plain: 1,
      sub: 'forged', 'https://x.auth0.com/y': 1, scope: ['write', 'extra'] })`;
    await run(hook(left), action(SEEN));
    const ofHook = { 'https://foo.com/hook': { deep: [1, 'ä'] }, 'https://foo.com/__proto__': null };
    assert.deepEqual(await shaped(), {
      scope: 'write extra',
      ...ofHook,
      'https://foo.com/seen': { customClaims: ofHook, scope: ['write', 'extra'] },
    });
  });

  it('sees no scope where the hook left none, and cannot bring one back', async () => {
    await run(hook('cb(null, {})'), action(`${SEEN} api.transaction.addTargetScope('read');`));
    assert.deepEqual(await shaped(), { 'https://foo.com/seen': { customClaims: {}, scope: [] } });
  });

  it('sees what the Action before it left', async () => {
    await run(
      hook("cb(null, { 'https://foo.com/hook': 1, scope })"),
      action("api.accessToken.setCustomClaim('plan', 'full'); api.transaction.removeTargetScope('admin');"),
      action(SEEN),
    );
    assert.deepEqual(await shaped(), {
      scope: 'read write',
      'https://foo.com/hook': 1,
      plan: 'full',
      'https://foo.com/seen': { customClaims: { 'https://foo.com/hook': 1, plan: 'full' }, scope: ['read', 'write'] },
    });
  });

  it('does not change the claims by changing what it sees of them', async () => {
    await run(
      hook("cb(null, { 'https://foo.com/hook': { a: 1 }, scope })"),
      action(`event.accessToken.customClaims['https://foo.com/hook'].a = 2; event.accessToken.scope.length = 0;
        delete event.accessToken.customClaims['https://foo.com/hook'];`),
      action(SEEN),
    );
    assert.deepEqual(await shaped(), {
      scope: 'read write admin',
      'https://foo.com/hook': { a: 1 },
      'https://foo.com/seen': { customClaims: { 'https://foo.com/hook': { a: 1 } }, scope: SCOPES },
    });
  });

  it('is not seen by the hook, which runs before it', async () => {
    await run(
      hook("cb(null, { 'https://foo.com/arguments': [client, scope, audience, context], scope })"),
      action("api.accessToken.setCustomClaim('https://foo.com/action', 1);"),
    );
    const claims = await shaped();
    assert.equal(claims['https://foo.com/action'], 1);
    assert.doesNotMatch(JSON.stringify(claims['https://foo.com/arguments']), /action|custom/i);
  });
});

describe('the claims of a hook and of Actions', () => {
  const set = (name: string, value: string) => `api.accessToken.setCustomClaim('${name}', '${value}');`;

  it('are merged, the last word of each name counting', async () => {
    await run(
      hook(
        "cb(null, { 'https://foo.com/1': 'hook', 'https://foo.com/2': 'hook', 'https://foo.com/3': 'hook', scope })",
      ),
      action(set('https://foo.com/2', 'first') + set('https://foo.com/3', 'first') + set('https://foo.com/4', 'first')),
      action(set('https://foo.com/3', 'second') + set('https://foo.com/5', 'second')),
    );
    assert.deepEqual(without(await shaped(), 'scope'), {
      'https://foo.com/1': 'hook',
      'https://foo.com/2': 'first',
      'https://foo.com/3': 'second',
      'https://foo.com/4': 'first',
      'https://foo.com/5': 'second',
    });
  });

  it('follow the order that the Actions are bound in', async () => {
    await run(null, action(set('plan', 'first')), action(set('plan', 'second')));
    assert.equal((await shaped()).plan, 'second');
    await hooksIn(await stack().db()).bindActions('credentials-exchange', ['action-2', 'action-1']);
    await announce(stack());
    assert.equal((await shaped()).plan, 'first');
  });

  it('keep to the rules that hold for each: a name without a namespace is an Action’s right alone', async () => {
    await run(hook('cb(null, { of_hook: 1, scope })'), action(set('of_action', 'x') + set('sub', 'forged')));
    assert.deepEqual(await shaped(), { scope: 'read write admin', of_action: 'x' });
  });

  it('are too large when they are so together', async () => {
    const large = (name: string) => action(`api.accessToken.setCustomClaim('${name}', 'x'.repeat(60_000));`);
    await run(null, large('a'));
    assert.equal(String((await shaped()).a).length, 60_000);
    await run(null, large('a'), large('b'));
    const tooLarge = refusal(500, 'server_error', 'The custom claims and scopes of the token exceed 100 KB');
    assert.deepEqual(told(await ask()), tooLarge);
    await run(null, large('a'), large('a'));
    assert.equal(String((await shaped()).a).length, 60_000);
  });
});

describe('a stage without a token', () => {
  const said = (text: string) => `console.log('${text}', context.body.nonce);`;
  const actionSaid = (text: string) => `console.log('${text}', event.request.body.nonce);`;

  /** What hooks said, one after the other, until they said `last`. */
  async function heardUntil(last: string, ask: () => Promise<void>): Promise<string[]> {
    const bus = await stack().bus();
    const texts: string[] = [];
    const subscription = bus.subscribe(hookLogSubject(TENANT), {
      callback: (_, message) => {
        texts.push(...HookLog.parse(message.json()).lines.map(({ text }) => text));
      },
    });
    await bus.flush();
    await ask();
    const untilMs = Date.now() + 30_000;
    while (!texts.includes(last)) {
      assert(Date.now() < untilMs, `not heard: ${last}; only: ${texts.join(', ')}`);
      await delay(10);
    }
    subscription.unsubscribe();
    return texts;
  }

  it('is the last: none after a denial is run', async () => {
    await run(
      hook(`${said('hook')} cb(null, { scope })`),
      action(actionSaid('first')),
      action(`${actionSaid('second')} if (event.request.body.deny) api.access.deny('invalid_request', 'not you');`),
      action(actionSaid('third')),
    );
    const texts = await heardUntil('third b', async () => {
      const denied = refusal(400, 'invalid_request', 'not you');
      assert.deepEqual(told(await ask({ nonce: 'a', deny: 'yes' })), denied);
      assert.equal((await ask({ nonce: 'b' })).status, 200);
    });
    assert.deepEqual(texts, ['hook a', 'first a', 'second a', 'hook b', 'first b', 'second b', 'third b']);
  });

  it('is the last: no Action is run after a hook that denied or failed', async () => {
    await run(
      hook(`${said('hook')} if (context.body.deny) return cb(new InvalidScopeError('no'));
        if (context.body.fail) throw new Error('detail'); cb(null, { scope })`),
      action(actionSaid('first')),
    );
    const texts = await heardUntil('first c', async () => {
      assert.deepEqual(told(await ask({ nonce: 'a', deny: 'yes' })), refusal(400, 'invalid_scope', 'no'));
      assert.deepEqual(
        told(await ask({ nonce: 'b', fail: 'yes' })),
        refusal(500, 'server_error', 'Script generated an unhandled synchronous exception.'),
      );
      assert.equal((await ask({ nonce: 'c' })).status, 200);
    });
    assert.deepEqual(texts, ['hook a', 'hook b', 'hook c', 'first c']);
  });

  it('is passed over, its own claims only, when its policy is to issue the token unmodified', async () => {
    await run(
      hook("cb(null, { 'https://foo.com/hook': 1, scope: ['read', 'write'] })"),
      action("api.accessToken.setCustomClaim('first', 1); api.transaction.removeTargetScope('write');"),
      {
        code: action("api.accessToken.setCustomClaim('second', 1); api.transaction.clearTargetScopes(); throw 1;"),
        on_failure: 'issue_unmodified',
      },
      action(SEEN),
    );
    const left = { 'https://foo.com/hook': 1, first: 1 };
    assert.deepEqual(await shaped(), {
      scope: 'read',
      ...left,
      'https://foo.com/seen': { customClaims: left, scope: ['read'] },
    });
  });

  it('is one that cannot be had: no token is issued without it', async () => {
    await run(null, action(''));
    assert.equal((await ask()).status, 200);
    await hooksIn(await stack().db()).bindActions('credentials-exchange', ['action-1', 'gone']);
    await announce(stack());
    assert.deepEqual(told(await ask()), refusal(500, 'server_error', 'Internal error'));
    await run(null);
    assert.equal((await ask()).status, 200);
  });
});

describe('an API', () => {
  it('of the system has tokens that no hook shapes', async () => {
    await run(hook("throw new Error('broken')"), action("api.access.deny('server_error')"));
    const system = 'https://system.example.com/';
    await addApi(stack(), { identifier: system, scopes, is_system: true }, ['read', 'write']);
    await announce(stack());
    assert.equal((await ask()).status, 500);
    assert.deepEqual(await shaped({ audience: system }), { scope: 'read write' });
    await run(null);
  });

  it('that denies all refuses a client that has a grant', async () => {
    const denying = 'https://deny-all.example.com/';
    await addApi(stack(), { identifier: denying, scopes, client_policy: 'deny_all' }, ['read']);
    await announce(stack());
    assert.deepEqual(
      told(await ask({ audience: denying })),
      refusal(
        403,
        'access_denied',
        `Client is not authorized to access "${denying}". You need to create a "client-grant" associated to this API. ` +
          'See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants',
      ),
    );
    await addApi(stack(), { identifier: denying, scopes, client_policy: 'require_client_grant' });
    await announce(stack());
    assert.deepEqual(await shaped({ audience: denying }), { scope: 'read' });
  });

  it('gives all its scopes to a client that is granted all, also those it has since', async () => {
    const all = 'https://all-scopes.example.com/';
    await addApi(stack(), { identifier: all, scopes });
    await clientGrantsIn(await stack().db()).put({
      id: 'cgr_all',
      client_id: stack().clientId,
      audience: all,
      scope: ['gone'],
      allow_all_scopes: true,
    });
    await announce(stack());
    assert.deepEqual(await shaped({ audience: all }), { scope: 'read write admin' });
    assert.deepEqual(await shaped({ audience: all, scope: 'admin' }), { scope: 'read write admin' });
    assert.deepEqual(
      told(await ask({ audience: all, scope: 'gone' })),
      refusal(403, 'access_denied', 'Client has not been granted scopes: gone'),
    );
    await addApi(stack(), { identifier: all, scopes: [...scopes, { value: 'new' }] });
    await announce(stack());
    assert.deepEqual(await shaped({ audience: all, scope: 'new' }), { scope: 'read write admin new' });
  });
});

describe('a client secret that expires', () => {
  const CLIENT = 'rotating';
  const UNAUTHORIZED = refusal(401, 'access_denied', 'Unauthorized');

  /** The client's secrets `new`, which never expires, and `old`, which does. */
  async function expiring(atMs: number): Promise<void> {
    await addClient(stack(), { client_id: CLIENT }, ['new', 'old']);
    await addApi(stack(), { identifier: API, scopes }, ['read'], CLIENT);
    await clientsIn(await stack().db()).change(CLIENT, (now) => ({
      ...now,
      client_secrets: now.client_secrets.map((secret, index) => ({
        ...secret,
        expires_at_ms: index === 0 ? null : atMs,
      })),
    }));
    await announce(stack());
  }
  const tokenFor = async (client_secret: string) => told(await ask({ client_id: CLIENT, client_secret }));

  it('is accepted before, and refused after', async () => {
    await expiring(Date.now() + 60_000);
    assert.equal((await tokenFor('old')).status, 200);
    assert.equal((await tokenFor('new')).status, 200);
    await expiring(Date.now() - 1);
    assert.deepEqual(await tokenFor('old'), UNAUTHORIZED);
    assert.equal((await tokenFor('new')).status, 200);
  });

  it('is refused as soon as it has expired, without a change being announced', async () => {
    for (let lifetimeMs = 2_000; ; lifetimeMs *= 2) {
      const atMs = Date.now() + lifetimeMs;
      await expiring(atMs);
      const { status } = await tokenFor('old');
      // On a busy machine it may have expired before it was asked with.
      if (Date.now() >= atMs && lifetimeMs < 60_000) continue;
      assert.equal(status, 200);
      await delay(atMs - Date.now() + 50);
      break;
    }
    assert.deepEqual(await tokenFor('old'), UNAUTHORIZED);
  });
});
