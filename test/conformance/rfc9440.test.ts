import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { it } from 'node:test';
import { decodeJwt } from 'jose';
import { grantClient, makeClient, openPatiently, type Body } from '../e2e/management-clients-fixtures.ts';
import { canary } from '../support/canary.ts';
import type { Management } from '../support/management.ts';
import { newIdentity, type Identity } from '../support/tls-client.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

// RFC 9440: a proxy in front of the gateway ends TLS and passes the certificate of the client on.

const BOUND = 'urn:rfc9440:bound';
const secret = canary('proxy-secret');

let api: Management;
const stack = withStack(
  {
    own: true,
    hook: null,
    env: {
      HOOKMINT_CLIENT_CERT_HEADER: 'client-cert',
      HOOKMINT_CLIENT_CERT_PROXIES: '127.0.0.0/8,::1',
      HOOKMINT_CLIENT_CERT_PROXY_SECRET: secret,
      HOOKMINT_CLIENT_CERT_CHAIN: 'verified',
    },
  },
  async (started) => {
    api = await openPatiently(started);
    await api.call('POST', '/resource-servers', {
      identifier: BOUND,
      scopes: [{ value: 'read:data' }],
      proof_of_possession: { mechanism: 'mtls', required: true },
    });
  },
);

/** A token request as the proxy passes it on; `proxySecret` is what it says to be the proxy. */
function ask(client_id: string, { cert }: Pick<Identity, 'cert'>, proxySecret?: string): Promise<TokenAnswer> {
  return requestToken(
    stack(),
    { client_id, client_secret: undefined, audience: BOUND },
    {
      'Client-Cert': `:${new X509Certificate(cert).raw.toString('base64')}:`,
      ...(proxySecret === undefined ? {} : { 'cname-api-key': proxySecret }),
    },
  );
}

it('§2.2: the certificate in Client-Cert authenticates a client, and binds its token, from the proxy alone', async () => {
  const own = await newIdentity({ subject: 'O=Acme, CN=billing' });
  const methods: Body[] = [
    { self_signed_tls_client_auth: { credentials: [{ pem: own.cert }] } },
    { tls_client_auth: { credentials: [{ credential_type: 'cert_subject_dn', subject_dn: 'CN=billing,O=Acme' }] } },
  ];
  for (const client_authentication_methods of methods) {
    const { client_id } = await makeClient(api, { client_authentication_methods });
    await grantClient(api, client_id, BOUND, ['read:data']);
    const { status, body } = await ask(client_id, own, secret);
    assert.deepEqual([status, body.token_type], [200, 'Bearer'], JSON.stringify(body));
    assert.deepEqual(decodeJwt(String(body.access_token)).cnf, { 'x5t#S256': own.thumbprint });
    for (const proxySecret of [undefined, '', `${secret}x`, secret.slice(1)]) {
      const refused = await ask(client_id, own, proxySecret);
      assert.deepEqual([refused.status, refused.body.error], [401, 'access_denied']);
    }
    const other = await ask(client_id, await newIdentity({ subject: 'CN=other' }), secret);
    assert.deepEqual([other.status, other.body.error], [401, 'invalid_client']);
  }
});

it('metadata tells the methods, and no aliases where none are set', async () => {
  const answer = await fetch(`${stack().url}/.well-known/oauth-authorization-server`);
  const metadata = (await answer.json()) as Body;
  assert.equal(metadata.tls_client_certificate_bound_access_tokens, true);
  assert((metadata.token_endpoint_auth_methods_supported as string[]).includes('tls_client_auth'));
  assert.equal('mtls_endpoint_aliases' in metadata, false);
});
