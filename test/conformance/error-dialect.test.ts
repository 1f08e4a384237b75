import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { REFUSALS } from '../../services/gateway/refusals.ts';
import type { ErrorDialect } from '../../shared/domain/tenant.ts';
import { openManagement } from '../support/management.ts';
import { basic, CHALLENGE, NO_STORE, told } from '../support/post-token.ts';
import { addApi, addClient } from '../support/tenant-fixtures.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

// RFC 6749 §5.2 beside what Auth0 answers: the tenant's `error_dialect`.

const UNGRANTED = 'https://ungranted.example.com/';
const SECRET = 'a secret of the clients of these tests';

const stack = withStack({ hook: null }, async (started) => {
  await addApi(started, { identifier: UNGRANTED });
  await addClient(started, { client_id: 'no-grant-type', grant_types: [] }, [SECRET]);
  const bound = { client_id: 'bound-only', require_proof_of_possession: true };
  await addClient(started, bound, [SECRET]);
  const token_quota = { client_credentials: { enforce: true, per_hour: 1 } };
  await addClient(started, { client_id: 'one-an-hour', token_quota }, [SECRET]);
  for (const client of ['bound-only', 'one-an-hour']) {
    await addApi(started, { identifier: `urn:of:${client}`, scopes: [{ value: 'a' }] }, ['a'], client);
  }
});

const of = (client_id: string) => ({ client_id, client_secret: SECRET, audience: `urn:of:${client_id}` });

async function speak(error_dialect: ErrorDialect): Promise<void> {
  const { call } = await openManagement(stack());
  const { status, body } = await call('PATCH', '/tenants/settings', { error_dialect });
  assert.deepEqual([status, (body as { error_dialect: string }).error_dialect], [200, error_dialect]);
}

type Row = { ask: () => Promise<TokenAnswer>; auth0: Expected; rfc: Expected };
type Expected = { status: number; error: string; description: string; uri?: string; headers?: Record<string, string> };

const DOES_NOT_GO =
  'The client takes only tokens that are bound to a key, and the API has none: its proof_of_possession is not set';

const ROWS: Record<keyof typeof REFUSALS, Row> = {
  not_authenticated: {
    ask: () => requestToken(stack(), { client_secret: 'wrong' }),
    auth0: { status: 401, error: 'access_denied', description: 'Unauthorized' },
    rfc: { status: 401, error: 'invalid_client', description: 'Unauthorized', headers: CHALLENGE },
  },
  grant_type_not_allowed: {
    ask: () => requestToken(stack(), of('no-grant-type')),
    auth0: {
      status: 403,
      error: 'unauthorized_client',
      description: "Grant type 'client_credentials' not allowed for the client.",
      uri: 'https://auth0.com/docs/clients/client-grant-types',
    },
    rfc: {
      status: 400,
      error: 'unauthorized_client',
      description: 'The client may not use the grant type client_credentials',
    },
  },
  no_audience: {
    ask: () => requestToken(stack(), { audience: undefined }),
    auth0: {
      status: 403,
      error: 'access_denied',
      description: 'Non-global clients are not allowed access to APIv1',
    },
    rfc: {
      status: 400,
      error: 'invalid_target',
      description: 'The request must name the API by resource or audience',
    },
  },
  unknown_api: {
    ask: () => requestToken(stack(), { audience: 'urn:"none"' }),
    auth0: { status: 403, error: 'access_denied', description: 'Service not found: urn:?none?' },
    rfc: { status: 400, error: 'invalid_target', description: 'There is no API urn:?none?' },
  },
  no_grant: {
    ask: () => requestToken(stack(), { audience: UNGRANTED }),
    auth0: {
      status: 403,
      error: 'access_denied',
      description:
        `Client is not authorized to access "${UNGRANTED}". You need to create a "client-grant" associated to this API. ` +
        'See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants',
    },
    rfc: { status: 400, error: 'invalid_target', description: `The client is not granted the API ${UNGRANTED}` },
  },
  scopes_not_granted: {
    ask: () => requestToken(stack(), { scope: 'read:data write:all' }),
    auth0: { status: 403, error: 'access_denied', description: 'Client has not been granted scopes: write:all' },
    rfc: { status: 400, error: 'invalid_scope', description: 'The client is not granted: write:all' },
  },
  not_bound_so: {
    ask: () => requestToken(stack(), of('bound-only')),
    auth0: { status: 403, error: 'access_denied', description: DOES_NOT_GO },
    rfc: { status: 400, error: 'invalid_target', description: DOES_NOT_GO },
  },
  too_many_requests: {
    ask: () => requestToken(stack(), of('one-an-hour')),
    auth0: { status: 429, error: 'too_many_requests', description: 'Client quota exceeded' },
    rfc: { status: 429, error: 'temporarily_unavailable', description: 'Client quota exceeded' },
  },
};

function assertAnswer(answer: TokenAnswer, { status, error, description, uri, headers }: Expected): void {
  const { 'retry-after': retryAfter, ...others } = told(answer).headers;
  assert.equal(retryAfter !== undefined, status === 429);
  assert.deepEqual(
    { status: answer.status, body: answer.body, headers: others },
    {
      status,
      body: { error, error_description: description, ...(uri === undefined ? {} : { error_uri: uri }) },
      headers: { ...NO_STORE, ...headers },
    },
  );
}

describe('each refusal that Auth0 words in its own way', () => {
  after(() => speak('auth0'));

  for (const [name, row] of Object.entries(ROWS)) {
    it(`is answered by each dialect with the row of the table: ${name}`, async () => {
      if (name === 'too_many_requests') assert.equal((await row.ask()).status, 200);
      for (const dialect of ['auth0', 'rfc'] as const) {
        await speak(dialect);
        assertAnswer(await row.ask(), row[dialect]);
      }
    });
  }
});

describe('with error_dialect: rfc', () => {
  after(() => speak('auth0'));

  it('RFC 9110 §15.5.2: every 401 has a challenge, whatever the client authenticated by', async () => {
    await speak('rfc');
    const assertion = {
      client_secret: undefined,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'no JWT',
    };
    const header = { authorization: basic(stack().clientId, 'wrong') };
    for (const answer of [
      await requestToken(stack(), assertion),
      await requestToken(stack(), { client_id: undefined, client_secret: undefined }, header),
      await requestToken(stack(), { client_id: undefined }),
      await requestToken(stack(), { client_id: 'nobody' }),
    ]) {
      const challenge = answer.headers.get('www-authenticate');
      assert.deepEqual(
        [answer.status, answer.body.error, challenge],
        [401, 'invalid_client', CHALLENGE['www-authenticate']],
      );
    }
  });

  it('RFC 6749 §5.2: error_description "MUST NOT include characters outside the set", also where a hook denies', async () => {
    await speak('rfc');
    const { call } = await openManagement(stack());
    const made = await call('POST', '/hooks', {
      name: 'denies',
      triggerId: 'credentials-exchange',
      script: `module.exports = (client, scope, audience, context, cb) => {
        const error = new Error('not "today" ☃'); error.name = 'InvalidScopeError'; cb(error);
      };`,
      enabled: true,
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const { id } = made.body as { id: string };
    assertAnswer(await requestToken(stack()), { status: 400, error: 'invalid_scope', description: "not 'today' ?" });
    await speak('auth0');
    assertAnswer(await requestToken(stack()), { status: 400, error: 'invalid_scope', description: 'not "today" ☃' });
    assert.equal((await call('DELETE', `/hooks/${id}`)).status, 204);
  });

  it('is what the log has, in words that tell a limit from a service that is away', async () => {
    await speak('rfc');
    assert.equal((await requestToken(stack(), of('one-an-hour'))).status, 429);
    const { call } = await openManagement(stack());
    const wanted = 'temporarily_unavailable: the client has used up its quota, or sends too many requests';
    await until('the refusal is a log', async () => {
      const { body } = await call('GET', `/logs?q=${encodeURIComponent('client_id:one-an-hour AND type:feccft')}`);
      return (body as { description: string }[]).some(({ description }) => description === wanted);
    });
  });

  it('other members of it are refused', async () => {
    const { call } = await openManagement(stack());
    for (const error_dialect of ['RFC', '', null, 1]) {
      assert.equal((await call('PATCH', '/tenants/settings', { error_dialect })).status, 400);
    }
  });
});
