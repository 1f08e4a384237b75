import { createHmac, type KeyObject } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { grantClient, makeClient } from '../e2e/management-clients-fixtures.ts';
import { newClientKey } from '../support/client-assertion.ts';
import { makeProof, newDpopKey, type DpopKey } from '../support/dpop.ts';
import type { Management } from '../support/management.ts';
import type { Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';

export const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
const DIALECTS = ['access_token', 'rfc9068_profile'] as const;

type Credentials = { id: string; secret: string };
/** A token that an API is shown: one for `audience`, or one that must not be taken for it. */
type Shown = { area: string; dialect?: string; audience: string; token: string };

/** What a program is told: a client with a secret, others with keys, and tokens that an API must accept or refuse. */
export type Task = {
  issuer: string;
  jwks_uri: string;
  /** Where tokens are asked for, by `audience` and by `resource`. */
  audience: string;
  client: Credentials;
  key_clients: { id: string; alg: string; jwk: object }[];
  /** An API whose tokens are bound where a proof is sent. */
  bound_audience: string;
  accept: Shown[];
  refuse: Shown[];
};

/** Two tokens for the same API, of which one is bound to the key. */
export type BoundTokens = { key: DpopKey; bound: string; unbound: string };

/** Makes the APIs and clients of a task on a stack that has neither. */
export async function prepareTask(
  stack: Stack,
  management: Management,
): Promise<{ task: Task; tokens: BoundTokens; verify: (token: string) => Promise<void> }> {
  const issuer = `${stack.url}/`;
  const jwks_uri = `${stack.url}/.well-known/jwks.json`;
  const { client_id, client_secret } = await makeClient(management, { name: 'With a secret' });
  const audience = 'https://orders.example.com';
  const bound_audience = 'https://bound.example.com/';

  const api = async (body: { identifier: string } & Record<string, unknown>): Promise<void> => {
    const answer = await management.call('POST', '/resource-servers', { scopes: [{ value: 'read:data' }], ...body });
    if (answer.status !== 201) throw new Error(`API ${body.identifier}: ${JSON.stringify(answer.body)}`);
    await grantClient(management, client_id, body.identifier, ['read:data']);
  };
  const token = async (identifier: string, headers: Record<string, string> = {}): Promise<string> => {
    const { body } = await requestToken(stack, { client_id, client_secret, audience: identifier }, headers);
    if (typeof body.access_token !== 'string') throw new Error(`no token for ${identifier}: ${JSON.stringify(body)}`);
    return body.access_token;
  };

  await api({ identifier: audience });
  await api({
    identifier: bound_audience,
    signing_alg: 'ES256',
    token_dialect: 'rfc9068_profile',
    proof_of_possession: { mechanism: 'dpop', required: false },
  });
  const accept: Shown[] = [];
  for (const alg of ALGORITHMS) {
    for (const dialect of DIALECTS) {
      const identifier = `https://${alg.toLowerCase()}.example.com/${dialect}`;
      await api({ identifier, signing_alg: alg, token_dialect: dialect });
      accept.push({ area: alg, dialect, audience: identifier, token: await token(identifier) });
    }
  }
  const key_clients: Task['key_clients'] = [];
  for (const alg of ALGORITHMS) {
    const { privateKey, jwk } = newClientKey(alg);
    const named = { kid: `key-${alg}`, alg };
    const made = await makeClient(management, {
      name: `With a key for ${alg}`,
      client_authentication_methods: { private_key_jwt: { credentials: [{ jwk: { ...jwk, ...named } }] } },
    });
    await grantClient(management, made.client_id, audience, ['read:data']);
    key_clients.push({ id: made.client_id, alg, jwk: { ...exported(privateKey), ...named, use: 'sig' } });
  }
  const key = await newDpopKey();
  const proof = await makeProof(key, `${stack.url}/oauth/token`);
  const tokens = { key, bound: await token(bound_audience, { DPoP: proof }), unbound: await token(bound_audience) };
  const jwks = (await (await fetch(jwks_uri)).json()) as JSONWebKeySet;
  return {
    task: {
      ...{ issuer, jwks_uri, audience, client: { id: client_id, secret: client_secret }, key_clients, bound_audience },
      ...{ accept, refuse: accept.flatMap((one) => others(one, jwks)) },
    },
    tokens,
    verify: async (given) => {
      await jwtVerify(given, createLocalJWKSet(jwks), { issuer, audience });
    },
  };
}

const exported = (key: KeyObject): object => key.export({ format: 'jwk' });

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** What is like a token, and no token for its API. */
function others({ token, audience, area, dialect = '' }: Shown, jwks: JSONWebKeySet): Shown[] {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const header = decodeProtectedHeader(token);
  const changed = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), sub: 'somebody@clients' };
  const input = `${encoded({ ...header, alg: 'HS256' })}.${claims}`;
  const published = jwks.keys.find(({ kid }) => kid === header.kid) ?? {};
  const byPublicKey = createHmac('sha256', JSON.stringify(published)).update(input).digest('base64url');
  const kinds: [string, string, string][] = [
    ['a token for another API', token, 'https://another.example.com'],
    ['a token with another subject', `${head}.${encoded(changed)}.${signature}`, audience],
    ['a token of the algorithm none', `${encoded({ ...header, alg: 'none' })}.${claims}.`, audience],
    ['a token that is signed with the public key', `${input}.${byPublicKey}`, audience],
  ];
  return kinds.map(([kind, shown, of]) => ({ area: `${kind} (${area})`, dialect, audience: of, token: shown }));
}
