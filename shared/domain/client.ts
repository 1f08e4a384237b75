import { z } from 'zod';

/** How a client proves who it is at the token endpoint (RFC 7591 §2); a client with a secret may use either place for it. */
export const TokenEndpointAuthMethod = z.enum(['none', 'client_secret_post', 'client_secret_basic']);
export type TokenEndpointAuthMethod = z.infer<typeof TokenEndpointAuthMethod>;

/** Longest client_id, characters. */
export const MAX_CLIENT_ID_LENGTH = 128;

/** An application that asks for tokens (contract §5.3). */
export const Client = z.strictObject({
  client_id: z.string().max(MAX_CLIENT_ID_LENGTH),
  name: z.string(),
  /** Keyed hashes of the valid secrets, newest first; more than one while a rotation overlaps. */
  client_secret_hashes: z.array(z.string()),
  token_endpoint_auth_method: TokenEndpointAuthMethod,
  grant_types: z.array(z.string()),
  /** Shown to hooks as `client.metadata`; values are strings, some hold JSON text. */
  client_metadata: z.record(z.string(), z.string()),
});
export type Client = z.infer<typeof Client>;
