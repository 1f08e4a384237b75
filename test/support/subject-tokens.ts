import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { decodeJwt, SignJWT, type JWTPayload } from 'jose';
import { JWT_BEARER_GRANT, TOKEN_EXCHANGE } from '../../shared/domain/subject-token.ts';
import { grantClient, makeClient, type Body, type MadeClient } from '../e2e/management-clients-fixtures.ts';
import { newClientKey, type ClientKey } from './client-assertion.ts';
import type { JwksServer } from './jwks-server.ts';
import type { Management } from './management.ts';
import type { Stack } from './stack.ts';
import { requestToken, type TokenAnswer } from './token-request.ts';

/** Trusted issuers of people, each with a key of its own. */
export const IDP = 'https://idp.example.com';
export const PARTNER = 'https://partner.example.com';
export const idpKey = newClientKey('ES256');
export const partnerKey = newClientKey('RS256');

const TYPE = 'urn:ietf:params:oauth:token-type:';
export const ACCESS_TOKEN = `${TYPE}access_token`;
export const ID_TOKEN = `${TYPE}id_token`;
export const JWT = `${TYPE}jwt`;

/** What a token of {@link IDP} for this service may be exchanged by. */
export const BY_IDP = { issuer: IDP, type: 'access_token' };

export async function trustIssuers(api: Management, server: JwksServer): Promise<void> {
  for (const [issuer, { jwk, alg }] of [
    [IDP, idpKey],
    [PARTNER, partnerKey],
  ] as const) {
    const body = { name: issuer, issuer, jwks_uri: server.serve([{ ...jwk, kid: 'k1', alg, use: 'sig' }]) };
    const { status } = await api.call('POST', '/client-assertion-issuers', body);
    assert.equal(status, 201);
  }
}

/** A client that may act for others, granted the demo API. */
export async function makeActing(api: Management, stack: Stack, body: Body = {}): Promise<MadeClient> {
  const grant_types = ['client_credentials', TOKEN_EXCHANGE, JWT_BEARER_GRANT];
  const client = await makeClient(api, { name: 'agent', grant_types, subject_tokens: [BY_IDP], ...body });
  await grantClient(api, client.client_id, stack.audience, ['read:data']);
  return client;
}

type Signed = { claims?: Body; header?: Body; signer?: Omit<ClientKey, 'jwk'> };

/** An access token of {@link IDP} for this service, with `claims` and `header` in place of its own; `undefined` takes one out. */
export function tokenOfUser(stack: Stack, { claims = {}, header = {}, signer = idpKey }: Signed = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const own = { iss: IDP, sub: 'alice', aud: `${stack.url}/`, iat: now, exp: now + 120, jti: randomUUID() };
  return new SignJWT({ ...own, ...claims })
    .setProtectedHeader({ alg: signer.alg, kid: 'k1', typ: 'at+jwt', ...header })
    .sign(signer.privateKey);
}

/** An assertion for the JWT bearer grant. */
export const assertionOfUser = (stack: Stack, { header = {}, ...signed }: Signed = {}): Promise<string> =>
  tokenOfUser(stack, { ...signed, header: { typ: 'JWT', ...header } });

type Parameters = Record<string, string | undefined>;
type Asking = Pick<MadeClient, 'client_id' | 'client_secret'>;

export const exchange = (
  stack: Stack,
  { client_id, client_secret }: Asking,
  subject_token: string,
  more: Parameters = {},
  headers: Record<string, string> = {},
): Promise<TokenAnswer> =>
  requestToken(
    stack,
    { grant_type: TOKEN_EXCHANGE, client_id, client_secret, subject_token, subject_token_type: ACCESS_TOKEN, ...more },
    headers,
  );

export const askByBearer = (
  stack: Stack,
  { client_id, client_secret }: Asking,
  assertion: string,
  more: Parameters = {},
): Promise<TokenAnswer> =>
  requestToken(stack, { grant_type: JWT_BEARER_GRANT, client_id, client_secret, assertion, ...more });

/** What an issued token says. */
export function claimsOf({ status, body }: TokenAnswer): JWTPayload {
  assert.equal(status, 200, JSON.stringify(body));
  return decodeJwt(String(body.access_token));
}
