/** As far as clocks of signers may be ahead of the one of who revokes, milliseconds: signers that differ by more sign nothing. */
export const REVOCATION_MARGIN_MS = 5_000;

/** Of a client, or of its grant for one API: the tokens that were issued so far were revoked, all together. `null`: none were. */
export type RevokedTokens = { tokens_revoked_until_ms: number | null };

/** @param iat Of a token, seconds since the epoch. */
export const isRevokedWithOthers = ({ tokens_revoked_until_ms: untilMs }: RevokedTokens, iat: number): boolean =>
  untilMs !== null && iat * 1_000 <= untilMs;
