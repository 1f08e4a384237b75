import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Configuration } from '../../services/gateway/configuration-cache.ts';
import { authenticateClient, readCredentials } from '../../services/gateway/steps/authenticate-client.ts';
import type { TokenParameters } from '../../services/gateway/steps/parse-parameters.ts';
import { hashClientSecret } from '../../shared/client-secret.ts';
import { Client, type ClientSecretHash } from '../../shared/domain/client.ts';

const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="hookmint", charset="UTF-8"' };
const parameters = (clientId?: string, clientSecret?: string): TokenParameters => ({
  clientId,
  clientSecret,
  audience: undefined,
  scope: undefined,
  body: {},
});
const basicOf = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('credentials in the Authorization header', () => {
  for (const [what, header, clientId, clientSecret] of [
    ['plain', basicOf('id:secret'), 'id', 'secret'],
    ['a colon in the secret', basicOf('id:se:cr:et'), 'id', 'se:cr:et'],
    ['a percent-encoded colon in the id', basicOf('i%3Ad:s'), 'i:d', 's'],
    ['percent-encoded bytes and a plus for a space', basicOf('a%20b+c:%C3%A4%25+%2B'), 'a b c', 'ä% +'],
    ['UTF-8 that is not encoded', basicOf('id:ä'), 'id', 'ä'],
    ['an empty secret', basicOf('id:'), 'id', ''],
    ['the scheme in lower case', basicOf('id:secret').replace('Basic', 'basic'), 'id', 'secret'],
    ['the scheme in upper case', basicOf('id:secret').replace('Basic', 'BASIC'), 'id', 'secret'],
    ['more than one space', basicOf('id:secret').replace(' ', '   '), 'id', 'secret'],
    ['no padding', basicOf('id:secret').replace(/=+$/, ''), 'id', 'secret'],
  ] as const) {
    it(`are read: ${what}`, () => {
      assert.deepEqual(readCredentials(header, parameters(), []), { clientId, clientSecret, basic: true });
    });
  }

  it('may have the same client_id in the body', () => {
    assert.deepEqual(readCredentials(basicOf('id:secret'), parameters('id'), []), {
      clientId: 'id',
      clientSecret: 'secret',
      basic: true,
    });
  });

  for (const [what, body] of [
    ['a secret', parameters(undefined, 'secret')],
    ['the very same credentials', parameters('id', 'secret')],
    ['another client_id', parameters('other')],
  ] as const) {
    it(`are refused when the body has ${what} too`, () => {
      assert.throws(() => readCredentials(basicOf('id:secret'), body, []), {
        status: 400,
        error: 'invalid_request',
        description: 'Send the client credentials in the Authorization header or in the body, not in both',
        headers: {},
      });
    });
  }

  for (const [what, header] of [
    ['nothing', 'Basic '],
    ['no colon', basicOf('idsecret')],
    ['no client id', basicOf(':secret')],
    ['a broken percent-encoding', basicOf('id:100%')],
    ['a percent-encoding that is no UTF-8', basicOf('id:%ff')],
    ['no base64', 'Basic ~~~~'],
  ] as const) {
    it(`are refused when they hold ${what}`, () => {
      assert.throws(() => readCredentials(header, parameters('id'), []), {
        status: 401,
        error: 'invalid_client',
        description: 'The Authorization header has no valid Basic credentials',
        headers: CHALLENGE,
      });
    });
  }
});

describe('credentials in the body', () => {
  it('are read', () => {
    assert.deepEqual(readCredentials(undefined, parameters('id', 'secret'), []), {
      clientId: 'id',
      clientSecret: 'secret',
      basic: false,
    });
  });

  it('are read when the Authorization header is of another scheme', () => {
    assert.deepEqual(readCredentials('Bearer x', parameters('id', 'secret'), []), {
      clientId: 'id',
      clientSecret: 'secret',
      basic: false,
    });
  });

  it('are refused without a client_id', () => {
    assert.throws(() => readCredentials(undefined, parameters(undefined, 'secret'), []), {
      status: 401,
      error: 'invalid_client',
      description: 'Missing client_id',
      headers: CHALLENGE,
    });
  });
});

describe('authentication of a client', () => {
  const key = Buffer.alloc(32, 1);
  const secret = (text: string, expires_at_ms: number | null = null): ClientSecretHash => ({
    hash: hashClientSecret(text, key),
    expires_at_ms,
  });
  const client = (overrides: Partial<Client> = {}): Client =>
    Client.parse({
      client_id: 'id',
      name: 'Client',
      client_secrets: [secret('new'), secret('old', Date.now() + 60_000)],
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      client_metadata: {},
      ...overrides,
    });
  const authenticate = (stored: Client | undefined, clientSecret: string | undefined, basic = false) =>
    authenticateClient(
      { clientId: 'id', clientSecret, basic },
      { client: (id: string) => Promise.resolve(id === stored?.client_id ? stored : undefined) } as Configuration,
      key,
    );
  const unauthorized = (headers = {}) => ({
    status: 401,
    error: 'access_denied',
    description: 'Unauthorized',
    headers,
  });

  for (const given of ['new', 'old']) {
    it(`succeeds with the ${given} secret while both are valid`, async () => {
      const stored = client();
      assert.equal(await authenticate(stored, given), stored);
    });
  }

  it('succeeds with the new secret when the old one has expired, and fails with the old one', async () => {
    const stored = client({ client_secrets: [secret('new'), secret('old', Date.now() - 1)] });
    assert.equal(await authenticate(stored, 'new'), stored);
    await assert.rejects(authenticate(stored, 'old'), unauthorized());
  });

  it('takes the secret at either place, whichever method is registered', async () => {
    const registered = client({ token_endpoint_auth_method: 'client_secret_basic' });
    assert.deepEqual(await authenticate(registered, 'new', false), registered);
    assert.deepEqual(await authenticate(registered, 'new', true), registered);
  });

  for (const [what, stored, given] of [
    ['a wrong secret', client(), 'wrong'],
    ['a secret in another case', client(), 'NEW'],
    ['an empty secret', client(), ''],
    ['no secret', client(), undefined],
    ['the hash in the place of the secret', client(), hashClientSecret('new', key)],
    ['an unknown client', undefined, 'new'],
    ['a client without secrets', client({ client_secrets: [] }), ''],
    ['a client whose only secret has expired', client({ client_secrets: [secret('new', 0)] }), 'new'],
    ['a client whose stored hash is empty', client({ client_secrets: [{ hash: '', expires_at_ms: null }] }), ''],
  ] as const) {
    it(`fails with ${what}`, async () => {
      await assert.rejects(authenticate(stored, given), unauthorized());
      await assert.rejects(authenticate(stored, given, true), unauthorized(CHALLENGE));
    });
  }
});
