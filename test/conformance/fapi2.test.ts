import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { askByAssertion, newClientKey, signAssertion, type ClientKey } from '../support/client-assertion.ts';
import { makeProof, newDpopKey } from '../support/dpop.ts';
import { startJwksServer } from '../support/jwks-server.ts';
import type { Management } from '../support/management.ts';
import { addApi } from '../support/tenant-fixtures.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { grantClient, makeClient, openPatiently, refused } from '../e2e/management-clients-fixtures.ts';

// FAPI 2.0 Security Profile: what it asks of the token endpoint and of clients with private_key_jwt and DPoP.

const BOUND = 'https://fapi.example.com/';
const FAPI = { compliance_level: 'fapi2_sp_pkj_dpop' };

let api: Management;
const server = await startJwksServer();
after(server.close);
const stack = withStack({ hook: null }, async (started) => {
  await addApi(
    started,
    {
      identifier: BOUND,
      scopes: [{ value: 'read:data' }],
      proof_of_possession: { mechanism: 'dpop', required: false },
    },
    ['read:data'],
  );
  api = await openPatiently(started);
});

const keys = ['PS256', 'ES256', 'EdDSA', 'RS256', 'ES384', 'PS384'].map((alg) => newClientKey(alg));
const keyOf = (alg: string): ClientKey => keys.find((key) => key.alg === alg) ?? newClientKey(alg);

async function fapiClient(): Promise<string> {
  const jwks_uri = server.serve(keys.map(({ alg, jwk }) => ({ ...jwk, alg, kid: alg })));
  const { client_id } = await makeClient(api, { ...FAPI, jwks_uri });
  await grantClient(api, client_id, BOUND, ['read:data']);
  await grantClient(api, client_id, stack().audience, ['read:data']);
  return client_id;
}

type Asking = { claims?: Record<string, unknown>; audience?: string; isBound?: boolean };

async function ask(clientId: string, alg: string, { claims = {}, audience = BOUND, isBound = true }: Asking = {}) {
  const assertion = await signAssertion(stack(), clientId, keyOf(alg), { claims, header: { kid: alg } });
  const proof = await makeProof(await newDpopKey(), `${stack().url}/oauth/token`);
  return askByAssertion(stack(), assertion, { audience }, isBound ? { DPoP: proof } : {});
}

function assertRefused({ status, body }: TokenAnswer, expected: [number, string], label: string): void {
  assert.deepEqual([status, body.error, 'access_token' in body], [...expected, false], label);
}

describe('a client of fapi2_sp_pkj_dpop', () => {
  it('gets tokens that are bound, by PS256, ES256 and EdDSA, and no others', async () => {
    const clientId = await fapiClient();
    for (const alg of ['PS256', 'ES256', 'EdDSA']) {
      const { status, body } = await ask(clientId, alg);
      assert.deepEqual([status, body.token_type], [200, 'DPoP'], alg);
      assert.equal(typeof (decodeJwt(String(body.access_token)).cnf as { jkt: string }).jkt, 'string');
    }
    for (const alg of ['RS256', 'ES384', 'PS384']) {
      assertRefused(await ask(clientId, alg), [401, 'invalid_client'], alg);
    }
    assertRefused(await ask(clientId, 'ES256', { isBound: false }), [400, 'invalid_request'], 'no proof');
    const ofBearers = await ask(clientId, 'ES256', { audience: stack().audience });
    assertRefused(ofBearers, [403, 'access_denied'], 'an API without bound tokens');
  });

  it('§5.3.2.1: "shall only accept its issuer identifier value … as a string in the aud claim"', async () => {
    const clientId = await fapiClient();
    const issuer = `${stack().url}/`;
    for (const aud of [
      [issuer],
      [issuer, `${issuer}oauth/token`],
      `${issuer}oauth/token`,
      stack().url,
      issuer.toUpperCase(),
    ]) {
      assertRefused(await ask(clientId, 'ES256', { claims: { aud } }), [401, 'invalid_client'], JSON.stringify(aud));
    }
    assert.equal((await ask(clientId, 'ES256', { claims: { aud: issuer } })).status, 200);
  });

  it('has no secret that counts', async () => {
    const clientId = await fapiClient();
    const { body } = await api.call('POST', `/clients/${clientId}/rotate-secret`, {});
    const { client_secret } = body as { client_secret: string };
    assert.equal((await requestToken(stack(), { client_id: clientId, client_secret, audience: BOUND })).status, 401);
    // Also where the two settings were written past the Management API.
    const db = await stack().db();
    const past = { private_key_jwt: null, jwks_uri: null, token_endpoint_auth_method: 'client_secret_post' };
    await db.collection<{ _id: string }>('clients').updateOne({ _id: clientId }, { $set: past });
    await stack().announceChange();
    assert.equal((await requestToken(stack(), { client_id: clientId, client_secret, audience: BOUND })).status, 401);
  });

  it("is refused where it could never get a token, and Auth0's levels of FAPI 1 by name", async () => {
    const message = (text: string) => `Payload validation error: '${text}' on property compliance_level.`;
    const needs = message('fapi2_sp_pkj_dpop needs client_authentication_methods.private_key_jwt or jwks_uri');
    const { client_id } = await makeClient(api);
    await refused(api.call('POST', '/clients', { name: 'x', ...FAPI }), 400, needs);
    await refused(api.call('PATCH', `/clients/${client_id}`, FAPI), 400, needs);
    const fapi = await fapiClient();
    const toSecret = { client_authentication_methods: null, token_endpoint_auth_method: 'client_secret_post' };
    await refused(api.call('PATCH', `/clients/${fapi}`, toSecret), 400, needs);
    const private_key_jwt = { credentials: [{ jwk: keyOf('RS256').jwk, alg: 'RS256' }] };
    await refused(
      api.call('POST', '/clients', { name: 'x', ...FAPI, client_authentication_methods: { private_key_jwt } }),
      400,
      message('fapi2_sp_pkj_dpop needs a credential for PS256, ES256, EdDSA, Ed25519'),
    );
    for (const compliance_level of ['fapi1_adv_pkj_par', 'fapi1_adv_mtls_par']) {
      await refused(
        api.call('PATCH', `/clients/${client_id}`, { compliance_level }),
        400,
        message(
          'can only be one of none, fapi2_sp_pkj_dpop, fapi2_sp_pkj_mtls, fapi2_sp_mtls_dpop, fapi2_sp_mtls_mtls: hookmint has no pushed authorization requests',
        ),
      );
    }
    for (const compliance_level of ['none', null]) {
      assert.equal((await api.call('PATCH', `/clients/${client_id}`, { compliance_level })).status, 200);
    }
  });
});
