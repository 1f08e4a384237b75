import { z } from 'zod';
import { StaticClaims } from './static-claims.ts';

/** What one client may get at one API (contract §5.4). */
export const ClientGrant = z.object({
  id: z.string(),
  client_id: z.string(),
  audience: z.string(),
  scope: z.array(z.string()),
  /** Every scope of the API, independent of `scope`. */
  allow_all_scopes: z.boolean().default(false),
  /** Claims of its tokens, set without code. */
  claims: StaticClaims.nullable().default(null),
  /** Tokens of the client for this API that were issued until then were revoked (`revoked-tokens.ts`). */
  tokens_revoked_until_ms: z.number().nullable().default(null),
  /** What Auth0's tools say of a grant beyond this: kept and told again, without a meaning here. */
  profile: z.record(z.string(), z.unknown()).default({}),
});
export type ClientGrant = z.infer<typeof ClientGrant>;
