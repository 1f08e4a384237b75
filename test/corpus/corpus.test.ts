import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { openDryRuns } from '../../cli/hook/dry-run.ts';
import { makeRevision } from '../../hook-build/make-revision.ts';
import type { KnownRevision } from '../../services/hook-executor/run-once.ts';
import { HookRevisionContent, revisionAddress } from '../../shared/domain/hook.ts';
import { SampleEvent } from '../../shared/domain/sample-event.ts';
import { TENANT } from '../support/stack.ts';
import { enableRevision } from '../support/enable-revision.ts';
import { startHookUpstream, type HookUpstream } from '../support/hook-upstream.ts';
import { postJson, told } from '../support/post-token.ts';
import { addApi, addClient, addGrant } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { without } from '../support/without.ts';
import { ACTION_PATTERNS } from './cases/action-patterns.ts';
import { ACTIONS } from './cases/actions.ts';
import { ARGUMENTS } from './cases/arguments.ts';
import { FAILURES } from './cases/failures.ts';
import { LANGUAGE } from './cases/language.ts';
import { MODULES } from './cases/modules.ts';
import { NETWORK } from './cases/network.ts';
import { STATE } from './cases/state.ts';
import {
  API_KEY,
  CLIENT,
  CLIENT_SECRET,
  GRANTED,
  NO_SCOPES_API,
  ORDERS_API,
  type CorpusCase,
  type Exchange,
} from './corpus-case.ts';

// Hooks as people wrote them: each is enabled on a running stack and shapes whole tokens.

const HOOKS = join(import.meta.dirname, 'hooks');
const SUITES = { ARGUMENTS, FAILURES, LANGUAGE, STATE, MODULES, NETWORK, ACTIONS, ACTION_PATTERNS };
const MIN_OF_EACH_KIND = 60;

let upstream: HookUpstream;
let dryRuns: Awaited<ReturnType<typeof openDryRuns>>;
before(async () => {
  upstream = await startHookUpstream();
  dryRuns = await openDryRuns();
});
after(() => {
  dryRuns.close();
  upstream.close();
});

const stack = withStack({ hook: null }, async (started) => {
  await addClient(started, CLIENT, [CLIENT_SECRET]);
  await addApi(started, { identifier: ORDERS_API });
  await addApi(started, { identifier: NO_SCOPES_API });
  await addGrant(started, CLIENT.client_id, ORDERS_API, GRANTED);
  await addGrant(started, CLIENT.client_id, NO_SCOPES_API, []);
});

const codeOf = (hook: string): string => readFileSync(join(HOOKS, `${hook}.js`), 'utf8');

/** Enables a case's hook; gives it as `hookmint hook run` has it. */
async function enable(of: CorpusCase): Promise<KnownRevision> {
  const { hook, local, allowedHosts, dependencies = {}, limits = {}, on_failure } = of;
  const keys = JSON.parse(readFileSync(join(stack().dataDir, 'secrets.json'), 'utf8')) as { hook_secrets_key: string };
  const secrets = {
    API_KEY,
    API_URL: upstream.url,
    TLS_URL: upstream.tlsUrl,
    DEAD_URL: upstream.deadUrl,
    PRIVATE_KEY: upstream.privateKeyPem.replaceAll('\n', '\\n'),
  };
  const content = await makeRevision(
    {
      hook_id: hook,
      code: codeOf(hook),
      dependencies,
      limits,
      secrets,
      ...(on_failure === undefined ? {} : { on_failure }),
      egress: { allowed_addresses: local ? ['127.0.0.1'] : [], allowed_hosts: allowedHosts ?? null },
    },
    { secretsKey: Buffer.from(keys.hook_secrets_key, 'base64url') },
  );
  await enableRevision(stack(), content);
  const revision = { ...HookRevisionContent.parse(content), revision: revisionAddress(content) };
  const { build, code, kind } = revision;
  const runnable = {
    revision: revision.revision,
    script: build?.script ?? code,
    kind,
    secrets,
    limits: revision.limits,
  };
  return { revision, runnable };
}

/** The same request to `hookmint hook run`. */
async function runOnce(
  known: KnownRevision,
  { send = {}, json, headers = {}, audience = ORDERS_API, expect }: Exchange,
) {
  const parameters = typeof send === 'function' ? send(upstream) : send;
  const body = { grant_type: 'client_credentials', client_id: CLIENT.client_id, audience, ...parameters, ...json };
  const event = SampleEvent.parse({
    client: { id: CLIENT.client_id, name: CLIENT.name, tenant: TENANT, metadata: CLIENT.client_metadata },
    scope: audience === ORDERS_API ? GRANTED : [],
    audience,
    body,
    request: {
      ip: '127.0.0.1',
      hostname: '127.0.0.1',
      method: 'POST',
      user_agent: headers['user-agent'] ?? 'node',
      language: headers['accept-language'] ?? '*',
      requested_scopes: typeof parameters.scope === 'string' ? parameters.scope.split(' ') : [],
    },
  });
  const { token, answer } = await dryRuns.run(known, event, 'namespaced');
  if (!('token' in expect)) {
    assert.deepEqual(answer, { status: expect.status, ...expect.body });
    return;
  }
  assert.deepEqual(answer, null);
  const scope = token?.scope.join(' ');
  const claims = { gty: 'client-credentials', ...token?.claims, ...(scope === '' ? {} : { scope }) };
  assert.deepEqual(claims, filledIn(expect.token, claims));
}

async function exchange({ send = {}, json, headers = {}, audience = ORDERS_API, expect }: Exchange): Promise<void> {
  const basis = { client_id: CLIENT.client_id, client_secret: CLIENT_SECRET, audience };
  const parameters = typeof send === 'function' ? send(upstream) : send;
  const answer = await (json === undefined
    ? requestToken(stack(), { ...basis, ...parameters }, headers)
    : postJson(stack(), { ...basis, ...json }));
  if (!('token' in expect)) {
    assert.deepEqual(told(answer), expect);
    return;
  }
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const { iss, aud, sub, azp, ...rest } = decodeJwt(String(answer.body.access_token));
  assert.deepEqual(
    [iss !== undefined, aud, sub, azp],
    [true, audience, `${CLIENT.client_id}@clients`, CLIENT.client_id],
  );
  const claims = without(rest, 'iat', 'exp');
  assert.deepEqual(claims, filledIn(expect.token, claims));
  assert.equal(answer.body.scope, claims.scope);
}

/** What is expected, with the text that came in the place of a regular expression that it matches. */
function filledIn(expected: unknown, came: unknown): unknown {
  if (expected instanceof RegExp) return typeof came === 'string' && expected.test(came) ? came : expected;
  if (typeof expected !== 'object' || expected === null) return expected;
  const part = (key: string): unknown => (came as Record<string, unknown> | null | undefined)?.[key];
  if (Array.isArray(expected)) return expected.map((value, i) => filledIn(value, part(String(i))));
  return Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, filledIn(value, part(key))]));
}

for (const [suite, cases] of Object.entries(SUITES)) {
  describe(suite.toLowerCase(), () => {
    for (const one of cases) {
      const [pattern = ''] = codeOf(one.hook).split('\n');
      it(`${one.hook}: ${pattern.slice('// '.length)}`, async () => {
        if (one.refused !== undefined) {
          await assert.rejects(enable(one), { code: one.refused });
          return;
        }
        const known = await enable(one);
        if (one.atOnce) await Promise.all(one.exchanges.map(exchange));
        else for (const each of one.exchanges) await exchange(each);
        await one.afterwards?.(upstream);
        // It has no policy for failures, and no other run at the same time.
        if (one.on_failure !== undefined || one.atOnce === true) return;
        for (const each of one.exchanges.slice(0, one.keepsState ? 1 : undefined)) await runOnce(known, each);
      });
    }
  });
}

describe('the corpus', () => {
  it('has every file of hooks/, each with its pattern in its first line', () => {
    const files = readdirSync(HOOKS).map((file) => file.replace(/\.js$/, ''));
    const listed = new Set(Object.values(SUITES).flatMap((cases) => cases.map(({ hook }) => hook)));
    assert.deepEqual(files.sort(), [...listed].sort());
    assert.deepEqual(
      files.filter((file) => !/^\/\/ .{10,}\n/.test(codeOf(file))),
      [],
    );
    const isAction = (file: string): boolean => /\bonExecuteCredentialsExchange\b/.test(codeOf(file));
    const run = files.filter((file) =>
      Object.values(SUITES)
        .flat()
        .some(({ hook, refused }) => hook === file && refused === undefined),
    );
    assert.ok(run.filter(isAction).length >= MIN_OF_EACH_KIND);
    assert.ok(run.filter((file) => !isAction(file)).length >= MIN_OF_EACH_KIND);
  });

  it('was run by one executor, and no sandbox process had to die', () => {
    const ended = /a sandbox process ended|is ended|hookmint: .*restart/;
    assert.deepEqual(
      stack()
        .output()
        .split('\n')
        .filter((line) => ended.test(line)),
      [],
    );
  });
});
