import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { decodeJwt } from 'jose';
import {
  grantClient,
  makeClient,
  openPatiently,
  refused,
  type Body,
  type MadeClient,
} from '../e2e/management-clients-fixtures.ts';
import { newClientKey, signAssertion } from '../support/client-assertion.ts';
import { makeProof, newDpopKey } from '../support/dpop.ts';
import type { Management } from '../support/management.ts';
import { freePort, newIdentity, postByTls, type Identity } from '../support/tls-client.ts';
import type { TokenAnswer } from '../support/token-request.ts';
import { JWT_BEARER } from '../../services/gateway/steps/read-assertion.ts';
import { JWT_BEARER_GRANT, TOKEN_EXCHANGE } from '../../shared/domain/subject-token.ts';
import { startJwksServer } from '../support/jwks-server.ts';
import {
  ACCESS_TOKEN,
  assertionOfUser,
  BY_IDP,
  IDP,
  makeActing,
  tokenOfUser,
  trustIssuers,
} from '../support/subject-tokens.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

// RFC 8705, on the gateway's own port that asks for certificates.

const folder = mkdtempSync(join(tmpdir(), 'hookmint-mtls-'));
const authoritiesFile = join(folder, 'authorities.pem');
after(() => rmSync(folder, { recursive: true, force: true }));

const authority = await newIdentity({ subject: 'CN=an authority', isAuthority: true });
const stranger = await newIdentity({ subject: 'CN=an authority', isAuthority: true });
writeFileSync(authoritiesFile, authority.cert);
const port = await freePort();
const mtlsUrl = `https://localhost:${String(port)}/`;

const BOUND = 'urn:mtls:required';
const ALLOWED = 'urn:mtls:allowed';
const BY_PROOF = 'urn:mtls:by-proof';

let api: Management;
let trusted = '';
const stack = withStack(
  {
    own: true,
    hook: null,
    args: ['--tls'],
    env: { HOOKMINT_MTLS_PORT: String(port), HOOKMINT_MTLS_URL: mtlsUrl, HOOKMINT_MTLS_CA_FILE: authoritiesFile },
  },
  async (started) => {
    trusted = readFileSync(join(started.dataDir, 'tls/ca.pem'), 'utf8');
    api = await openPatiently(started);
    const policies = {
      [BOUND]: { mechanism: 'mtls', required: true },
      [ALLOWED]: { mechanism: 'mtls', required: false },
      [BY_PROOF]: { mechanism: 'dpop', required: true },
    };
    for (const [identifier, proof_of_possession] of Object.entries(policies)) {
      await must('POST', '/resource-servers', { identifier, scopes: [{ value: 'read:data' }], proof_of_possession });
    }
  },
);

async function must(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await api.call(method, path, body);
  assert(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as Body;
}

async function granted(body: Body): Promise<MadeClient> {
  const client = await makeClient(api, body);
  for (const audience of [stack().audience, BOUND, ALLOWED, BY_PROOF]) {
    await grantClient(api, client.client_id, audience, ['read:data']);
  }
  return client;
}

type Form = Record<string, string | undefined>;
type Shown = Partial<Identity> & { headers?: Record<string, string>; at?: string };

/** A token request with a certificate, on the port that asks for one. */
function ask(client: Pick<MadeClient, 'client_id'>, shown: Shown = {}, form: Form = {}): Promise<TokenAnswer> {
  const { at = mtlsUrl, ...identity } = shown;
  const own = { grant_type: 'client_credentials', client_id: client.client_id, audience: stack().audience };
  return postByTls(`${at}oauth/token`, { ...own, ...form }, { ...identity, ca: trusted });
}

async function assertRefused(answer: Promise<TokenAnswer>, expected: [number, string], label = ''): Promise<void> {
  const { status, body } = await answer;
  assert.deepEqual([status, body.error, 'access_token' in body], [...expected, false], label);
}

const INVALID: [number, string] = [401, 'invalid_client'];

const byItself = (pem: string): Body => ({
  client_authentication_methods: { self_signed_tls_client_auth: { credentials: [{ pem }] } },
});
const byName = (...credentials: Body[]): Body => ({
  client_authentication_methods: { tls_client_auth: { credentials } },
});

describe('a client with certificates of its own', () => {
  it('§2.2: a client authenticates by the certificate that is registered, and by no other', async () => {
    const own = await newIdentity();
    const client = await granted(byItself(own.cert));
    assert.deepEqual([client.client_secret, client.token_endpoint_auth_method], [undefined, null]);
    const { body, status } = await ask(client, own);
    assert.deepEqual([status, body.token_type, body.scope], [200, 'Bearer', 'read:data'], JSON.stringify(body));

    const [sameNames, ofAuthority] = [await newIdentity(), await newIdentity({ authority })];
    for (const [label, other] of Object.entries({ sameNames, ofAuthority })) {
      await assertRefused(ask(client, other), INVALID, label);
    }
    // Nothing tells which clients have certificates: it is as for one that has sent no secret.
    await assertRefused(ask(client), [401, 'access_denied'], 'none');
    await assertRefused(ask(client, { ...own, at: `${stack().url}/` }), [401, 'access_denied'], 'at the other port');
    await assertRefused(ask({ client_id: 'nobody' }, own), INVALID, 'nobody');
    await assertRefused(ask(client, own, { client_secret: 'x'.repeat(64) }), [401, 'access_denied'], 'a secret too');
  });

  it('has no other way in, and its secret of before is none', async () => {
    const own = await newIdentity();
    const client = await granted({});
    const credential = await must('POST', `/clients/${client.client_id}/credentials`, {
      credential_type: 'x509_cert',
      name: 'of 2026',
      pem: own.cert,
    });
    assert.deepEqual(
      [credential.credential_type, credential.thumbprint_sha256, credential.name, 'kid' in credential],
      ['x509_cert', own.thumbprint, 'of 2026', false],
    );
    await assertRefused(ask(client, own), INVALID, 'it is not named yet');
    const methods = { self_signed_tls_client_auth: { credentials: [{ id: credential.id }] } };
    const changed = await must('PATCH', `/clients/${client.client_id}`, { client_authentication_methods: methods });
    assert.deepEqual(changed.client_authentication_methods, methods);
    assert.equal((await ask(client, own)).status, 200);
    const { client_secret } = client;
    await assertRefused(ask(client, {}, { client_secret }), [401, 'access_denied']);
    const assertion = await signAssertion({ url: stack().url }, client.client_id, newClientKey());
    const signed = { client_assertion: assertion, client_assertion_type: JWT_BEARER };
    await assertRefused(ask(client, own, signed), INVALID, 'an assertion');

    const path = `/clients/${client.client_id}/credentials/${String(credential.id)}`;
    await refused(
      api.call('DELETE', path),
      409,
      'The client authenticates with this credential; remove it from client_authentication_methods first.',
    );
    await must('PATCH', path, { expires_at: new Date(Date.now() + 500).toISOString() });
    await until('the credential has expired', async () => (await ask(client, own)).status === 401);
    await must('PATCH', `/clients/${client.client_id}`, { client_authentication_methods: null });
    await must('DELETE', path);
    assert.equal((await ask(client, own, { client_secret })).status, 200);
    await assertRefused(ask(client, own), INVALID);
  });

  it('gets no token by a certificate that is not valid yet, or not any more', async () => {
    const [past, future] = [await newIdentity({ untilMs: 1_500 }), await newIdentity({ fromMs: 3_600_000 })];
    const client = await granted({
      client_authentication_methods: {
        self_signed_tls_client_auth: { credentials: [{ pem: past.cert }, { pem: future.cert }] },
      },
    });
    const inTime = await ask(client, past);
    assert.equal(inTime.status, 200);
    await until('the certificate has expired', async () => (await ask(client, past)).status === 401);
    await assertRefused(ask(client, future), INVALID);
    await refused(
      api.call('POST', `/clients/${client.client_id}/credentials`, { credential_type: 'x509_cert', pem: past.cert }),
      400,
      "Payload validation error: 'the certificate has expired' on property pem.",
    );
  });
});

describe('a client with certificates of an authority', () => {
  const SPIFFE = 'spiffe://example.org/billing';

  it('§2.1: a client authenticates by a certificate of an authority that has its name', async () => {
    const subject = 'C=DE, O=Acme, OU=Pay, CN=billing';
    const names: { type: 'url' | 'dns' | 'ip' | 'email'; value: string }[] = [
      { type: 'url', value: SPIFFE },
      { type: 'dns', value: 'Billing.example.com' },
      { type: 'ip', value: '10.1.2.3' },
      { type: 'email', value: 'billing@example.com' },
    ];
    const own = await newIdentity({ subject, authority, names });
    const credentials: Body[] = [
      { credential_type: 'cert_subject_dn', pem: own.cert },
      { credential_type: 'cert_subject_dn', subject_dn: 'CN=billing,OU=Pay, O=Acme,2.5.4.6=DE' },
      { credential_type: 'cert_san_uri', san: SPIFFE },
      { credential_type: 'cert_san_dns', san: 'billing.EXAMPLE.com' },
      { credential_type: 'cert_san_ip', san: '10.1.2.3' },
      { credential_type: 'cert_san_email', san: 'billing@example.com' },
    ];
    const self = await newIdentity({ subject, names });
    const ofStranger = await newIdentity({ subject, names, authority: stranger });
    const other = await newIdentity({
      subject: 'C=DE, O=Acme, OU=Pay, CN=billing2',
      authority,
      names: [
        { type: 'dns', value: SPIFFE },
        { type: 'url', value: `${SPIFFE}/x` },
        { type: 'dns', value: 'x.billing.example.com' },
        { type: 'ip', value: '10.1.2.30' },
        { type: 'email', value: 'billing@example.com.example.org' },
      ],
    });
    const past = await newIdentity({ subject, names, authority, fromMs: -7_200_000, untilMs: -3_600_000 });
    for (const credential of credentials) {
      const client = await granted(byName(credential));
      const label = JSON.stringify(credential);
      const { status, body } = await ask(client, own);
      assert.equal(status, 200, `${label} ${JSON.stringify(body)}`);
      for (const identity of [self, ofStranger, other, past])
        await assertRefused(ask(client, identity), INVALID, label);
    }
    const [first] = (await must(
      'GET',
      `/clients/${(await granted(byName(credentials[0] ?? {}))).client_id}/credentials`,
    )) as unknown as Body[];
    assert.equal(first?.subject_dn, 'CN=billing,OU=Pay,O=Acme,C=DE');
  });

  it('is not another whose name is the same backwards, in parts, or with more', async () => {
    const client = await granted(byName({ credential_type: 'cert_subject_dn', subject_dn: 'CN=billing,O=Acme' }));
    assert.equal((await ask(client, await newIdentity({ subject: 'O=Acme, CN=billing', authority }))).status, 200);
    for (const subject of [
      'CN=billing, O=Acme',
      'CN=billing',
      'O=Acme, CN=Billing',
      'O=Acme, OU=x, CN=billing',
      'O=Acme+CN=billing',
      'O=Acme, CN=billing, CN=billing',
      'CN=billing\\,O\\=Acme',
    ]) {
      await assertRefused(ask(client, await newIdentity({ subject, authority })), INVALID, subject);
    }
  });

  it('an authority that is taken away counts no more, on new connections and on those that are there', async () => {
    const client = await granted(byName({ credential_type: 'cert_subject_dn', subject_dn: 'CN=billing,O=Acme' }));
    const own = await newIdentity({ authority });
    assert.equal((await ask(client, own)).status, 200);
    try {
      writeFileSync(authoritiesFile, stranger.cert);
      await until('the authorities are read again', async () => (await ask(client, own)).status === 401);
      assert.equal((await ask(client, await newIdentity({ authority: stranger }))).status, 200);
    } finally {
      writeFileSync(authoritiesFile, authority.cert);
    }
    await until('the authorities are read again', async () => (await ask(client, own)).status === 200);
  });
});

describe('tokens that are bound to a certificate', () => {
  it('§3.1: have "x5t#S256" of the certificate that was shown, however the client authenticated', async () => {
    const own = await newIdentity();
    const key = newClientKey();
    const private_key_jwt = { credentials: [{ jwk: key.jwk }] };
    const bySecret = await granted({});
    const byKey = await granted({ client_authentication_methods: { private_key_jwt } });
    const byCertificate = await granted(byItself(own.cert));
    const assertion = (): Promise<string> => signAssertion({ url: stack().url }, byKey.client_id, key);
    const ways: [MadeClient, () => Promise<Form>][] = [
      [bySecret, () => Promise.resolve({ client_secret: bySecret.client_secret })],
      [byKey, async () => ({ client_assertion: await assertion(), client_assertion_type: JWT_BEARER })],
      [byCertificate, () => Promise.resolve({})],
    ];
    for (const [client, form] of ways) {
      const { body } = await ask(client, own, { ...(await form()), audience: BOUND });
      assert.equal(body.token_type, 'Bearer', JSON.stringify(body));
      assert.deepEqual(decodeJwt(String(body.access_token)).cnf, { 'x5t#S256': own.thumbprint });
      const { body: bearer } = await ask(client, own, await form());
      assert.equal(decodeJwt(String(bearer.access_token)).cnf, undefined, 'its API has bearer tokens');
    }
    const { client_secret } = bySecret;
    await assertRefused(ask(bySecret, {}, { client_secret, audience: BOUND }), [400, 'invalid_request']);
    const atOther = { ...own, at: `${stack().url}/` };
    await assertRefused(ask(bySecret, atOther, { client_secret, audience: BOUND }), [400, 'invalid_request']);
    const { body: unbound } = await ask(bySecret, {}, { client_secret, audience: ALLOWED });
    assert.equal(decodeJwt(String(unbound.access_token)).cnf, undefined);
  });

  it('are also those for somebody else: of the one who acts, however that one authenticated', async () => {
    const keys = await startJwksServer();
    try {
      await trustIssuers(api, keys);
      const own = await newIdentity();
      const subject_tokens = [BY_IDP, { ...BY_IDP, type: 'assertion' }];
      const bySecret = await makeActing(api, stack(), { subject_tokens });
      const byCertificate = await makeActing(api, stack(), { subject_tokens, ...byItself(own.cert) });
      for (const client of [bySecret, byCertificate]) {
        await grantClient(api, client.client_id, BOUND, ['read:data']);
        const { client_secret } = client;
        const exchanged = async (): Promise<Form> => ({
          ...{ grant_type: TOKEN_EXCHANGE, subject_token_type: ACCESS_TOKEN, client_secret, audience: BOUND },
          subject_token: await tokenOfUser(stack()),
        });
        const asserted = async (): Promise<Form> => ({
          ...{ grant_type: JWT_BEARER_GRANT, client_secret, audience: BOUND },
          assertion: await assertionOfUser(stack()),
        });
        for (const form of [exchanged, asserted]) {
          const { body } = await ask(client, own, await form());
          assert.equal(body.token_type, 'Bearer', JSON.stringify(body));
          const { sub, azp, cnf } = decodeJwt(String(body.access_token));
          const bound = { 'x5t#S256': own.thumbprint };
          assert.deepEqual([sub, azp, cnf], [`${IDP}|alice`, client.client_id, bound]);
        }
      }
      // Of the one that authenticated by a secret; the other is nobody without its certificate.
      const form = { grant_type: TOKEN_EXCHANGE, subject_token_type: ACCESS_TOKEN, audience: BOUND };
      const { client_secret } = bySecret;
      const subject_token = await tokenOfUser(stack());
      await assertRefused(ask(bySecret, {}, { ...form, client_secret, subject_token }), [400, 'invalid_request']);
      await assertRefused(ask(byCertificate, {}, { ...form, subject_token }), [401, 'access_denied']);
    } finally {
      keys.close();
    }
  });

  it('a proof is none for them, and a certificate is none for tokens that a proof binds', async () => {
    const own = await newIdentity();
    const client = await granted({ require_proof_of_possession: true });
    const { client_secret } = client;
    const key = await newDpopKey();
    const DPoP = (): Promise<string> => makeProof(key, `${mtlsUrl}oauth/token`);
    const byProof = { headers: { DPoP: await DPoP() } };
    await assertRefused(ask(client, byProof, { client_secret, audience: BOUND }), [400, 'invalid_request']);
    await assertRefused(ask(client, own, { client_secret, audience: BY_PROOF }), [400, 'invalid_request']);
    await assertRefused(ask(client, own, { client_secret }), [403, 'access_denied']);
    // §5: a proof made for the endpoint that was asked; of both at once the API takes its own.
    const both = { ...own, headers: { DPoP: await DPoP() } };
    const { body } = await ask(client, both, { client_secret, audience: BY_PROOF });
    assert.deepEqual([body.token_type, decodeJwt(String(body.access_token)).cnf], ['DPoP', { jkt: key.jkt }]);
  });

  it('hooks and Actions see it, cannot change it, and the log of the token tells it', async () => {
    const own = await newIdentity();
    const client = await granted(byItself(own.cert));
    const seen = 'https://seen.example.com/';
    await stack().setHook(`module.exports = (client, scope, audience, context, cb) =>
      cb(null, { scope, cnf: { 'x5t#S256': 'forged' }, '${seen}': context.proof_of_possession ?? 'bearer' });`);
    try {
      const { body } = await ask(client, own, { audience: ALLOWED });
      const claims = decodeJwt(String(body.access_token));
      assert.deepEqual(claims[seen], { mechanism: 'mtls', 'x5t#S256': own.thumbprint });
      assert.deepEqual(claims.cnf, { 'x5t#S256': own.thumbprint });
    } finally {
      await stack().setHook(null);
    }
    await until('the log has it', async () => {
      const { body } = await api.call('GET', `/logs?q=${encodeURIComponent(`client_id:"${client.client_id}"`)}`);
      const [log] = body as { details?: { proof_of_possession?: object } }[];
      return JSON.stringify(log?.details?.proof_of_possession ?? {}).includes(own.thumbprint);
    });
  });

  it('§3.2: introspection tells "cnf", to an API that authenticates by its certificate too', async () => {
    const own = await newIdentity();
    const ofApi = await newIdentity({ subject: 'CN=orders' });
    const client = await granted(byItself(own.cert));
    const orders = await makeClient(api, {
      ...byItself(ofApi.cert),
      app_type: 'resource_server',
      resource_server_identifier: BOUND,
    });
    const token = String((await ask(client, own, { audience: BOUND })).body.access_token);
    const introspect = (identity: Identity) =>
      postByTls(`${mtlsUrl}oauth/introspect`, { client_id: orders.client_id, token }, { ...identity, ca: trusted });
    const { body } = await introspect(ofApi);
    assert.deepEqual([body.active, body.token_type, body.cnf], [true, 'Bearer', { 'x5t#S256': own.thumbprint }]);
    await assertRefused(introspect(own), INVALID);
    const revoke = { client_id: client.client_id, token };
    assert.equal((await postByTls(`${mtlsUrl}oauth/revoke`, revoke, { ...own, ca: trusted })).status, 200);
    assert.deepEqual((await introspect(ofApi)).body, { active: false });
  });

  it('the Management API, which takes bearer tokens alone, takes none', async () => {
    const own = await newIdentity();
    const client = await granted(byItself(own.cert));
    const token = String((await ask(client, own, { audience: BOUND })).body.access_token);
    const { status } = await fetch(`${stack().url}/api/v2/clients`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(status, 401);
  });
});

describe('FAPI 2.0 with mutual TLS', () => {
  it('holds a client to how it authenticates and how its tokens are bound', async () => {
    const own = await newIdentity();
    const key = newClientKey();
    const private_key_jwt = { credentials: [{ jwk: key.jwk }] };
    const dpopKey = await newDpopKey();
    const DPoP = (): Promise<string> => makeProof(dpopKey, `${stack().url}/oauth/token`);
    const levels: [string, boolean, string][] = [
      ['fapi2_sp_pkj_mtls', false, BOUND],
      ['fapi2_sp_mtls_mtls', true, BOUND],
      ['fapi2_sp_mtls_dpop', true, BY_PROOF],
    ];
    for (const [compliance_level, isByTls, audience] of levels) {
      const how = isByTls ? byItself(own.cert) : { client_authentication_methods: { private_key_jwt } };
      const client = await granted({ ...how, compliance_level });
      const proves = async (): Promise<Form> =>
        isByTls
          ? {}
          : {
              client_assertion: await signAssertion({ url: stack().url }, client.client_id, key),
              client_assertion_type: JWT_BEARER,
            };
      const headers = async (): Promise<Record<string, string>> => ({ DPoP: await DPoP() });
      const good = await ask(client, { ...own, headers: await headers() }, { ...(await proves()), audience });
      assert.equal(good.status, 200, `${compliance_level} ${JSON.stringify(good.body)}`);
      const { cnf } = decodeJwt(String(good.body.access_token)) as { cnf: object };
      assert.deepEqual(Object.keys(cnf), [audience === BOUND ? 'x5t#S256' : 'jkt']);
      const other = audience === BOUND ? BY_PROOF : BOUND;
      const toOther = ask(client, { ...own, headers: await headers() }, { ...(await proves()), audience: other });
      await assertRefused(toOther, [403, 'access_denied'], compliance_level);
      await assertRefused(ask(client, own, { ...(await proves()) }), [403, 'access_denied'], 'a bearer token');
    }
    const needs = (level: string, what: string): string =>
      `Payload validation error: '${level} needs ${what}' on property compliance_level.`;
    await refused(
      api.call('POST', '/clients', { name: 'x', compliance_level: 'fapi2_sp_mtls_mtls' }),
      400,
      needs('fapi2_sp_mtls_mtls', 'client_authentication_methods.self_signed_tls_client_auth or .tls_client_auth'),
    );
    await refused(
      api.call('POST', '/clients', { name: 'x', ...byItself(own.cert), compliance_level: 'fapi2_sp_pkj_mtls' }),
      400,
      needs('fapi2_sp_pkj_mtls', 'client_authentication_methods.private_key_jwt or jwks_uri'),
    );
  });
});

describe('the service', () => {
  const metadata = async (): Promise<Body> =>
    (await (await fetch(`${stack().url}/.well-known/oauth-authorization-server`)).json()) as Body;

  it('metadata tells where certificates are asked for, unless the tenant says that it must not', async () => {
    const told = await metadata();
    assert.equal(told.tls_client_certificate_bound_access_tokens, true);
    for (const endpoint of ['token', 'introspection', 'revocation']) {
      const methods = told[`${endpoint}_endpoint_auth_methods_supported`] as string[];
      assert(['tls_client_auth', 'self_signed_tls_client_auth'].every((method) => methods.includes(method)));
    }
    const aliases = {
      token_endpoint: `${mtlsUrl}oauth/token`,
      introspection_endpoint: `${mtlsUrl}oauth/introspect`,
      revocation_endpoint: `${mtlsUrl}oauth/revoke`,
    };
    assert.deepEqual(told.mtls_endpoint_aliases, aliases);
    for (const [mtls, expected] of [
      [{ enable_endpoint_aliases: false }, undefined],
      [{ enable_endpoint_aliases: true }, aliases],
      [null, aliases],
    ] as const) {
      await must('PATCH', '/tenants/settings', { mtls });
      await until(
        `the metadata follows ${JSON.stringify(mtls)}`,
        async () => JSON.stringify((await metadata()).mtls_endpoint_aliases) === JSON.stringify(expected),
      );
    }
  });

  it('asks for certificates at that port alone, in TLS with authenticated encryption (RFC 9325)', async () => {
    const spoken = (at: number, options: object): Promise<string> =>
      new Promise((resolve) => {
        const socket = connectTls({ host: 'localhost', port: at, ca: trusted, ...options }, () => {
          resolve(socket.getCipher().name);
          socket.destroy();
        });
        socket.once('error', () => resolve('refused'));
      });
    const weak = 'ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:AES128-GCM-SHA256';
    assert.equal(await spoken(port, { maxVersion: 'TLSv1.2', ciphers: weak }), 'refused');
    assert.match(await spoken(port, { maxVersion: 'TLSv1.2' }), /GCM|CHACHA20/);
    assert.match(await spoken(port, {}), /^TLS_/);
    assert.equal(await spoken(port, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }), 'refused');
  });

  it('refuses credentials that are none, by the name of what is wrong', async () => {
    const { client_id } = await makeClient(api);
    const own = await newIdentity();
    const at = (property: string, what: string): string =>
      `Payload validation error: '${what}' on property ${property}.`;
    const cases: [Body, RegExp | string][] = [
      [{ credential_type: 'x509_cert' }, /pem/],
      [{ credential_type: 'x509_cert', pem: 'x' }, at('pem', 'must be an X.509 certificate, PEM')],
      [{ credential_type: 'x509_cert', pem: own.key }, /private key, which must stay secret/],
      [{ credential_type: 'x509_cert', pem: own.cert + own.cert }, /one certificate, not a chain/],
      [{ credential_type: 'x509_cert', pem: own.cert, alg: 'RS256' }, /alg/],
      [{ credential_type: 'cert_subject_dn' }, /either subject_dn or pem/],
      [{ credential_type: 'cert_subject_dn', subject_dn: 'CN=a', pem: own.cert }, /either subject_dn or pem/],
      [{ credential_type: 'cert_subject_dn', subject_dn: 'billing' }, /distinguished name/],
      [{ credential_type: 'cert_subject_dn', subject_dn: 'XX=billing' }, /distinguished name/],
      [{ credential_type: 'cert_subject_dn', subject_dn: 'CN="a"' }, /distinguished name/],
      [{ credential_type: 'cert_san_ip', san: '10.0.0.0/8' }, /an IP address.*san/],
      [{ credential_type: 'cert_san_uri', san: 'billing' }, /a URI.*san/],
      [{ credential_type: 'cert_san_dns', san: 'a b' }, /a host name.*san/],
      [{ credential_type: 'cert_san', san: 'a' }, /credential_type/],
    ];
    for (const [body, message] of cases) {
      const { status, body: told } = await api.call('POST', `/clients/${client_id}/credentials`, body);
      const { message: text } = told as { message: string };
      assert.equal(status, 400, JSON.stringify(body));
      if (typeof message === 'string') assert.equal(text, message);
      else assert.match(text, message);
    }
    const dn = await must('POST', `/clients/${client_id}/credentials`, {
      credential_type: 'cert_subject_dn',
      subject_dn: 'CN=a',
    });
    const wrong = { self_signed_tls_client_auth: { credentials: [{ id: dn.id }] } };
    await refused(
      api.call('PATCH', `/clients/${client_id}`, { client_authentication_methods: wrong }),
      400,
      `Payload validation error: 'the credential ${String(dn.id)} is of the type cert_subject_dn' on property client_authentication_methods.self_signed_tls_client_auth.`,
    );
    const two = { tls_client_auth: { credentials: [{ id: dn.id }] }, ...wrong };
    await refused(
      api.call('PATCH', `/clients/${client_id}`, { client_authentication_methods: two }),
      400,
      "Payload validation error: 'must have one of private_key_jwt, self_signed_tls_client_auth, tls_client_auth and federated_jwt' on property client_authentication_methods.",
    );
  });
});
