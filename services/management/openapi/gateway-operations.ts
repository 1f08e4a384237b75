import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { AssertionAlg } from '../../../shared/domain/client.ts';
import { Confirmation, DpopAlg } from '../../../shared/domain/proof-of-possession.ts';
import { SigningAlg } from '../../../shared/domain/resource-server.ts';
import { Act, GRANT_TYPES } from '../../../shared/domain/subject-token.ts';
import { OAUTH_ERROR_CODES } from '../../../shared/oauth-error.ts';
import { KeysPublicReply } from '../../../shared/subjects/keys-public.ts';
import { errorResponses } from './error-responses.ts';

/** The body of every answer that is not a success (RFC 6749 §5.2). */
const OAuthErrorBody = z
  .object({
    error: z.enum(OAUTH_ERROR_CODES),
    error_description: z.string(),
    error_uri: z.string().optional(),
  })
  .meta({ id: 'OAuthError' });

const ofClient = {
  client_id: z.string().optional().meta({ description: 'Here, or in the Authorization header.' }),
  client_secret: z.string().optional().meta({ description: 'Here, or in the Authorization header.' }),
  client_assertion_type: z.literal('urn:ietf:params:oauth:client-assertion-type:jwt-bearer').optional(),
  client_assertion: z.string().optional().meta({ description: 'Instead of a secret (RFC 7523).' }),
};

/** RFC 7662 §2.1, RFC 7009 §2.1. */
const ShownToken = z
  .looseObject({
    token: z.string(),
    token_type_hint: z.string().optional().meta({ description: 'Is not needed: there are access tokens only.' }),
    ...ofClient,
  })
  .meta({ id: 'ShownToken' });

/** RFC 7662 §2.2; of an active token all of its claims too. */
const Introspection = z
  .looseObject({
    active: z.boolean(),
    iss: z.string().optional(),
    sub: z.string().optional(),
    aud: z.string().optional(),
    client_id: z.string().optional(),
    scope: z.string().optional(),
    token_type: z.enum(['Bearer', 'DPoP']).optional(),
    iat: z.int().optional(),
    exp: z.int().optional(),
    jti: z.string().optional(),
    cnf: Confirmation.optional(),
    act: Act.meta({ id: 'Actor' }).optional(),
  })
  .meta({ id: 'Introspection' });

/** RFC 8693 §2.1, RFC 7523 §2.1. */
const ofSubject = {
  subject_token: z.string().optional().meta({ description: 'Whom the token is to speak for (RFC 8693).' }),
  subject_token_type: z.string().optional().meta({ description: '…:access_token, …:id_token or …:jwt.' }),
  actor_token: z.string().optional().meta({ description: 'Who acts, where that is not the client.' }),
  actor_token_type: z.string().optional(),
  requested_token_type: z.string().optional().meta({ description: 'Only …:access_token.' }),
  assertion: z.string().optional().meta({ description: 'Whom the token is to speak for (RFC 7523 §2.1).' }),
};

/** RFC 6749 §4.4.2, contract §2.1. Further parameters are handed to hooks. */
const TokenRequest = z
  .looseObject({
    grant_type: z.enum(GRANT_TYPES),
    ...ofClient,
    ...ofSubject,
    audience: z.string().optional().meta({ description: 'Identifier of the API that the token is for.' }),
    resource: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .meta({ description: 'Instead of audience (RFC 8707), unless resource_parameter_profile is audience.' }),
    scope: z.string().optional().meta({ description: 'Scopes separated by spaces; if absent, all granted scopes.' }),
  })
  .meta({ id: 'TokenRequest' });

/** RFC 9449 §4.1. */
const TokenRequestHeaders = z.object({
  DPoP: z.string().optional().meta({ description: 'A proof of the key that the token will be bound to (RFC 9449).' }),
});

/** RFC 9449 §8.1. */
const TokenResponseHeaders = z.object({
  'DPoP-Nonce': z
    .string()
    .optional()
    .meta({ description: 'For the next proof, where HOOKMINT_DPOP_NONCE is required.' }),
});

/** RFC 6749 §5.1, RFC 9449 §5. */
const TokenResponse = z
  .object({
    access_token: z.string(),
    scope: z.string().optional(),
    expires_in: z.int(),
    token_type: z.enum(['Bearer', 'DPoP']),
    issued_token_type: z.string().optional().meta({ description: 'Of a token exchange (RFC 8693 §2.2.1).' }),
  })
  .meta({ id: 'TokenResponse' });

/** RFC 8414 §2. */
const Metadata = z
  .object({
    issuer: z.url(),
    authorization_endpoint: z.url(),
    token_endpoint: z.url(),
    jwks_uri: z.url(),
    grant_types_supported: z.array(z.string()),
    response_types_supported: z.array(z.string()),
    token_endpoint_auth_methods_supported: z.array(z.string()),
    token_endpoint_auth_signing_alg_values_supported: z.array(AssertionAlg),
    introspection_endpoint: z.url(),
    introspection_endpoint_auth_methods_supported: z.array(z.string()),
    introspection_endpoint_auth_signing_alg_values_supported: z.array(AssertionAlg),
    revocation_endpoint: z.url(),
    revocation_endpoint_auth_methods_supported: z.array(z.string()),
    revocation_endpoint_auth_signing_alg_values_supported: z.array(AssertionAlg),
    dpop_signing_alg_values_supported: z.array(DpopAlg),
    tls_client_certificate_bound_access_tokens: z.boolean().optional(),
    mtls_endpoint_aliases: z
      .object({ token_endpoint: z.url(), introspection_endpoint: z.url(), revocation_endpoint: z.url() })
      .optional(),
    subject_types_supported: z.array(z.string()),
    id_token_signing_alg_values_supported: z.array(SigningAlg),
  })
  .meta({ id: 'AuthorizationServerMetadata' });

const json = (schema: z.ZodType) => ({ 'application/json': { schema } });

const token: ZodOpenApiOperationObject = {
  operationId: 'getToken',
  summary: 'Get an access token',
  description:
    'By client credentials (RFC 6749 §4.4); for somebody else by a token exchange (RFC 8693) or a JWT bearer assertion (RFC 7523 §2.1).',
  tags: ['oauth'],
  security: [],
  requestParams: { header: TokenRequestHeaders },
  requestBody: {
    required: true,
    content: { 'application/x-www-form-urlencoded': { schema: TokenRequest }, ...json(TokenRequest) },
  },
  responses: {
    '200': { description: 'The access token', headers: TokenResponseHeaders, content: json(TokenResponse) },
    ...errorResponses(OAuthErrorBody, [400, 401, 403, 408, 413, 415, 429, 500, 503]),
  },
};

/** Forms only, of clients that authenticate as for a token. */
const ofShownToken = { required: true, content: { 'application/x-www-form-urlencoded': { schema: ShownToken } } };
const ERRORS_OF_SHOWN = [400, 401, 408, 413, 415, 429, 500, 503];

const introspection: ZodOpenApiOperationObject = {
  operationId: 'introspectToken',
  summary: 'Ask whether a token is in force (RFC 7662)',
  description:
    'For the client that is the API of the token, by its resource_server_identifier. To others no token is active.',
  tags: ['oauth'],
  security: [],
  requestBody: ofShownToken,
  responses: {
    '200': { description: 'What the token says, if it is active', content: json(Introspection) },
    ...errorResponses(OAuthErrorBody, ERRORS_OF_SHOWN),
  },
};

const revocation: ZodOpenApiOperationObject = {
  operationId: 'revokeToken',
  summary: 'Revoke a token (RFC 7009)',
  description:
    'For the client that the token was issued to. A token that is unknown or has expired is as good as revoked.',
  tags: ['oauth'],
  security: [],
  requestBody: ofShownToken,
  responses: { '200': { description: 'It is revoked' }, ...errorResponses(OAuthErrorBody, ERRORS_OF_SHOWN) },
};

const metadata = (operationId: string): ZodOpenApiOperationObject => ({
  operationId,
  summary: 'Get the metadata of the authorization server (RFC 8414)',
  tags: ['oauth'],
  security: [],
  responses: { '200': { description: 'The metadata', content: json(Metadata) } },
});

const keys: ZodOpenApiOperationObject = {
  operationId: 'getKeys',
  summary: 'Get the keys that verify tokens (RFC 7517)',
  tags: ['oauth'],
  security: [],
  responses: {
    '200': { description: 'The keys', content: json(KeysPublicReply.meta({ id: 'JwkSet' })) },
    ...errorResponses(OAuthErrorBody, [503]),
  },
};

const authorize: ZodOpenApiOperationObject = {
  operationId: 'getAuthorization',
  summary: 'Answers that there is no login here (RFC 6749 §3.1.1)',
  tags: ['oauth'],
  security: [],
  responses: errorResponses(OAuthErrorBody, [400]),
};

const certificate = (operationId: string, type: string): ZodOpenApiOperationObject => ({
  operationId,
  summary: 'Get the certificate of the key that signs with RS256',
  tags: ['oauth'],
  security: [],
  responses: {
    '200': { description: 'The certificate', content: { [type]: { schema: z.string() } } },
    ...errorResponses(OAuthErrorBody, [503]),
  },
});

const health: ZodOpenApiOperationObject = {
  operationId: 'getHealth',
  summary: 'Check that the process answers',
  tags: ['health'],
  security: [],
  responses: {
    '200': { description: 'It does', content: json(z.object({ status: z.literal('ok'), version: z.string() })) },
  },
};

const readiness: ZodOpenApiOperationObject = {
  operationId: 'getReadiness',
  summary: 'Check that tokens can be issued',
  tags: ['health'],
  security: [],
  responses: {
    '200': { description: 'They can', content: json(z.object({ status: z.literal('ready'), version: z.string() })) },
    '503': {
      description: 'They cannot be issued; the body has the reason',
      content: json(z.object({ status: z.literal('not ready'), version: z.string(), missing: z.array(z.string()) })),
    },
  },
};

/** What the gateway itself answers, under the same origin. */
export const GATEWAY_PATHS: ZodOpenApiPathsObject = {
  '/oauth/token': { post: token },
  '/oauth/introspect': { post: introspection },
  '/oauth/revoke': { post: revocation },
  '/.well-known/oauth-authorization-server': { get: metadata('getAuthorizationServerMetadata') },
  '/.well-known/openid-configuration': { get: metadata('getOpenidConfiguration') },
  '/.well-known/jwks.json': { get: keys },
  '/authorize': { get: authorize },
  '/pem': { get: certificate('getCertificate', 'application/x-pem-file') },
  '/cer': { get: certificate('getCertificateDer', 'application/pkix-cert') },
  '/healthz': { get: health },
  '/readyz': { get: readiness },
};
