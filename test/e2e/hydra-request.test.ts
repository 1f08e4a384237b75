import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeRevision } from '../../hook-build/make-revision.ts';
import { enableRevision } from '../support/enable-revision.ts';
import { addClient, addGrant } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

// What a real Hydra asked its token hook, recorded, beside what hookmint asks for the same client and request, field by field.

type Asked = { client: string; method: string; parameters: Record<string, string>; in: 'header' | 'cookie' };
type Body = {
  session: Record<string, unknown> & {
    kid: string;
    id_token: { id_token_claims: Record<string, unknown>; expires_at: { access_token: string } };
  };
  request: Record<string, unknown>;
};
type Recorded = {
  version: string;
  configuration: object;
  requests: { asked: Asked; request: { method: string; path: string; headers: [string, string][]; body: Body } }[];
};

const HYDRA = JSON.parse(
  readFileSync(join(import.meta.dirname, '../corpus/contracts/hydra-webhook/hydra-2.3.0.recorded.json'), 'utf8'),
) as Recorded;
/** The demo's. */
const API = 'https://api.example.com/';
const SECRET = 'a-secret-of-the-client';
const KEY = 'k-123';
const GRANTED = ['orders:read', 'orders:write'];

/** What connections say of themselves, by design not alike: docs/from-hydra.md. */
const HYDRAS_HEADERS = ['accept-encoding', 'content-length', 'host', 'user-agent'];
const OUR_HEADERS = ['accept', 'accept-encoding', 'connection', 'content-length', 'host', 'traceparent', 'user-agent'];

const stack = withStack({ hook: null }, async (started) => {
  for (const [client_id, token_endpoint_auth_method] of [
    ['c1', 'client_secret_post'],
    ['c2', 'client_secret_basic'],
  ] as const) {
    await addClient(started, { client_id, token_endpoint_auth_method }, [SECRET]);
    await addGrant(started, client_id, API, GRANTED);
  }
});

const asked: { headers: Record<string, unknown>; body: Body }[] = [];
const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    asked.push({ headers: request.headers, body: JSON.parse(text) as Body });
    response.writeHead(204).end();
  });
});
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => {
  server.close().closeAllConnections();
});

async function askHookmint({ client, method, parameters, in: place }: Asked) {
  const keys = JSON.parse(readFileSync(join(stack().dataDir, 'secrets.json'), 'utf8')) as { hook_secrets_key: string };
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/token`;
  const auth = { type: 'api_key', config: { in: place, name: 'X-API-Key', value: { secret: 'KEY' } } };
  const revision = await makeRevision(
    {
      hook_id: `hydra-${place}`,
      code: JSON.stringify({ contract: 'hydra-webhook', url, auth, ...HYDRA.configuration }),
      secrets: { KEY },
      egress: { allowed_addresses: ['127.0.0.1'], allowed_hosts: null },
      on_failure: 'deny',
    },
    { secretsKey: Buffer.from(keys.hook_secrets_key, 'base64url') },
  );
  await enableRevision(stack(), revision);
  asked.length = 0;
  const isBasic = method === 'client_secret_basic';
  const { status } = await requestToken(
    stack(),
    {
      audience: API,
      client_id: isBasic ? undefined : client,
      client_secret: isBasic ? undefined : SECRET,
      ...parameters,
    },
    isBasic ? { authorization: `Basic ${Buffer.from(`${client}:${SECRET}`).toString('base64')}` } : {},
  );
  assert.equal(status, 200);
  const [request] = asked;
  assert.ok(request !== undefined);
  return request;
}

/** RFC 3339 in UTC, whatever the digits of its seconds. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** A body with what is of one run alone, or of one issuer, taken out and looked at. */
function comparable({ session, request }: Body): Body {
  const { id_token } = session;
  const { iss, iat } = id_token.id_token_claims;
  assert.match(String(iss), /^https?:\/\/.*\/$/);
  assert.match(String(iat), TIME);
  assert.match(id_token.expires_at.access_token, TIME);
  assert.ok(Date.parse(id_token.expires_at.access_token) > Date.parse(String(iat)));
  return {
    session: {
      ...session,
      kid: '',
      id_token: {
        ...id_token,
        id_token_claims: { ...id_token.id_token_claims, iss: 'ISSUER', iat: 'NOW' },
        expires_at: { ...id_token.expires_at, access_token: 'LATER' },
      },
    },
    request,
  };
}

describe(`the token hook of ${HYDRA.version}`, () => {
  for (const { asked: by, request: hydra } of HYDRA.requests) {
    it(`is asked alike: ${by.method}, ${JSON.stringify(by.parameters)}, the key in a ${by.in}`, async () => {
      const ours = await askHookmint(by);
      const theirs = new Map(hydra.headers.map(([name, value]) => [name.toLowerCase(), value]));
      const without = (names: string[], headers: Iterable<[string, unknown]>) =>
        Object.fromEntries([...headers].filter(([name]) => !names.includes(name)));
      assert.deepEqual(without(OUR_HEADERS, Object.entries(ours.headers)), without(HYDRAS_HEADERS, theirs));
      const expected = comparable(hydra.body);
      // What Hydra of later has; and here a token has the scopes of the grant, also when fewer were asked for.
      Object.assign(expected.session, { preserve_ext_claims: false });
      expected.request.granted_scopes = GRANTED;
      assert.deepEqual(comparable(ours.body), expected);
      assert.equal(ours.body.session.kid, '');
      assert.notEqual(hydra.body.session.kid, '');
    });
  }

  it('was recorded in each way that is compared', () => {
    assert.deepEqual(
      HYDRA.requests.map(({ asked: by }) => [by.method, by.in]),
      [
        ['client_secret_post', 'header'],
        ['client_secret_basic', 'header'],
        ['client_secret_basic', 'header'],
        ['client_secret_post', 'cookie'],
      ],
    );
  });
});
