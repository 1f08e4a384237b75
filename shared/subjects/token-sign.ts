import { z } from 'zod';
import { HOOK_KINDS } from '../domain/contracts.ts';
import { Confirmation } from '../domain/proof-of-possession.ts';
import { Act, OnBehalfGrant } from '../domain/subject-token.ts';
import { SigningAlg, TokenDialect } from '../domain/resource-server.ts';

/** `hookmint.<tenant>.token.sign`: gateway → signer, request/reply. Mints one access token. Only the gateway may publish it. */
export function tokenSignSubject(tenant: string): string {
  return `hookmint.${tenant}.token.sign`;
}

export const TOKEN_SIGN_QUEUE = 'signer';

/** What the token says, as decided by the gateway; the signer makes the claims of it and adds `iat`, `exp`, `jti`. */
export const TokenSign = z.strictObject({
  signing_alg: SigningAlg,
  token_dialect: TokenDialect,
  token_lifetime_seconds: z.int().min(1),
  iss: z.url(),
  client_id: z.string(),
  aud: z.string(),
  scope: z.string().optional(),
  permissions: z.array(z.string()).optional(),
  /** Of a token that speaks for somebody else: whom, who acts, and when what was shown of them ends, which it does not outlive, seconds since the epoch. */
  on_behalf: z
    .strictObject({ grant_type: OnBehalfGrant, sub: z.string().min(1), act: Act.optional(), expires_at: z.int() })
    .optional(),
  /** The key or certificate that the token is bound to; no hook has a way to it. */
  cnf: Confirmation.optional(),
  /** Of hooks and of the configuration, already filtered by the gateway; the signer refuses the request if a reserved one is among them. */
  custom_claims: z.record(z.string(), z.unknown()),
  /** Whose rules hold for the names of custom claims, where those are not Auth0's. */
  contract: z.enum(HOOK_KINDS).optional(),
  /** Version of the newest key set that the gateway knows: a signer whose set is older answers `signing_keys_stale`. */
  key_set_version: z.int().min(0).optional(),
});
export type TokenSign = z.infer<typeof TokenSign>;

export const TokenSignReply = z.object({
  access_token: z.string(),
  kid: z.string(),
  jti: z.string().optional(),
  /** Of the set that the key is of. */
  key_set_version: z.int().min(0).optional(),
});
export type TokenSignReply = z.infer<typeof TokenSignReply>;
