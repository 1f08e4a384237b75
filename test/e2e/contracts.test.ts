import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { Case } from '../../cli/hook/case.ts';
import { openEndpoint } from '../../cli/hook/endpoint.ts';
import { languageOf } from '../../hook-build/hook-file.ts';
import { makeRevision } from '../../hook-build/make-revision.ts';
import { kindNamed } from '../../shared/domain/contracts.ts';
import type { HookRevisionInput } from '../../shared/domain/hook.ts';
import { enableRevision } from '../support/enable-revision.ts';
import type { Stack } from '../support/stack.ts';
import { addApi, addClient, addGrant } from '../support/tenant-fixtures.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

// What test/corpus/contracts.test.ts runs alone shapes tokens here.

const CASES = globSync('*/*.case.json', { cwd: join(import.meta.dirname, '../corpus/contracts') })
  // Answers that are none are all one failure to the gateway: one of each webhook is enough here. Nobody shows somebody else's token here.
  .filter((file) => !/webhook\/(?:speaks-for|fails-(?!status-500))/.test(file));
const FOLDER = join(import.meta.dirname, '../corpus/contracts');
const CLIENT = { client_id: 'c1', name: 'Billing', client_metadata: { plan: 'gold' } };
const SECRET = 'the secret of the client of contracts';
const API = 'https://contracts.example.com/';
const NO_SCOPES = 'https://no-scopes.example.com/';
/** Claims of the gateway's own. */
const STANDARD = new Set(['iss', 'sub', 'aud', 'azp', 'iat', 'exp', 'gty', 'scope']);

const stack = withStack({ hook: null }, async (started) => {
  await addClient(started, CLIENT, [SECRET]);
  await addApi(started, { identifier: API });
  await addApi(started, { identifier: NO_SCOPES });
  await addGrant(started, CLIENT.client_id, API, ['orders:read', 'orders:write']);
  await addGrant(started, CLIENT.client_id, NO_SCOPES, []);
});

let endpoint: Awaited<ReturnType<typeof openEndpoint>> | undefined;
after(() => endpoint?.close());

const read = (file: string): Case => Case.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));

async function enable(file: string, on_failure: HookRevisionInput['on_failure'] = 'deny'): Promise<Case> {
  const one = read(file);
  endpoint?.close();
  endpoint = one.endpoint === undefined ? undefined : await openEndpoint(one.endpoint);
  const code = readFileSync(join(FOLDER, dirname(file), one.hook), 'utf8');
  const keys = JSON.parse(readFileSync(join(stack().dataDir, 'secrets.json'), 'utf8')) as { hook_secrets_key: string };
  const content = await makeRevision(
    {
      hook_id: basename(file).replace(/\W/g, '-'),
      code: endpoint === undefined ? code : endpoint.in(code),
      ...(endpoint === undefined ? {} : { egress: { allowed_addresses: ['127.0.0.1'], allowed_hosts: null } }),
      language: languageOf(one.hook),
      contract: one.contract === undefined ? undefined : kindNamed(one.contract),
      secrets: one.secrets,
      on_failure,
    },
    { secretsKey: Buffer.from(keys.hook_secrets_key, 'base64url') },
  );
  await enableRevision(stack(), content);
  return one;
}

/** Asks for the token of a case. */
function ask({ event }: Case, of: Stack = stack()): Promise<TokenAnswer> {
  const audience = event.scope.length === 0 ? NO_SCOPES : API;
  const body = event.body as Record<string, string>;
  return requestToken(of, { client_id: CLIENT.client_id, client_secret: SECRET, audience, ...body });
}

function shapedOf(answer: TokenAnswer): { scope: string[]; claims: Record<string, unknown> } {
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const claims = decodeJwt<{ scope?: string }>(String(answer.body.access_token));
  return {
    scope: (claims.scope ?? '').split(' ').filter(Boolean),
    claims: Object.fromEntries(Object.entries(claims).filter(([name]) => !STANDARD.has(name))),
  };
}

describe('code of other systems shapes tokens as it does alone', () => {
  for (const file of CASES) {
    it(`${dirname(file)}: ${read(file).name ?? file}`, async () => {
      const one = await enable(file);
      const answer = await ask(one);
      const { error, scope, claims } = one.expect;
      if (error !== undefined) {
        const { status, ...body } = { status: answer.status, ...answer.body };
        assert.partialDeepStrictEqual({ status, ...body }, error);
        assert.equal('access_token' in answer.body, false);
        return;
      }
      const shaped = shapedOf(answer);
      if (scope !== undefined) assert.deepEqual(shaped.scope, scope);
      if (claims !== undefined) assert.deepEqual(shaped.claims, claims);
    });
  }
});

const failing = CASES.filter((file) =>
  ['threw', 'bad_result', 'timed_out', 'out_of_memory'].includes(read(file).expect.outcome ?? ''),
);
const denying = CASES.filter((file) => read(file).expect.outcome === 'denied');

describe('under issue_unmodified', () => {
  for (const file of failing) {
    it(`a failure leaves the token as it was: ${file}`, async () => {
      const one = await enable(file, 'issue_unmodified');
      assert.deepEqual(shapedOf(await ask(one)), { scope: one.event.scope, claims: {} });
    });
  }
  for (const file of denying) {
    it(`a refusal is one: ${file}`, async () => {
      const one = await enable(file, 'issue_unmodified');
      assert.partialDeepStrictEqual(
        { ...(await ask(one)).body },
        { error: (one.expect.error as { error: string }).error },
      );
    });
  }
});
