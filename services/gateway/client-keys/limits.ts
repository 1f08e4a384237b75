/** Largest JWK Set of a client, bytes. */
export const MAX_KEY_SET_BYTES = 65_536;

/** Most keys in it; a set with more is not taken. */
export const MAX_KEYS = 32;

/** Time that one has to arrive, from the lookup of its host's name to its last byte. */
export const FETCH_TIMEOUT_MS = 3_000;

/** JWK Sets that are fetched at a time; one more is as one that cannot be fetched. */
export const MAX_FETCHES = 64;

/** Names that are looked up at a time: each holds one of the threads that verify signatures, for as long as its name server likes. */
export const MAX_LOOKUPS = 2;

/** How long a set is used before it is fetched again. */
export const KEY_SET_MAX_AGE_MS = 300_000;

/** Between two attempts to fetch a set, whatever asks for it: a kid that is not in it, or its age. */
export const FETCH_EVERY_MS = 30_000;

/** How long a set is used beyond its age while it cannot be fetched; then there is no token. */
export const STALE_KEY_SET_MS = 600_000;

/**
 * Keys in memory, with one for each set: when a set was asked for last goes with it, so there must be room for those of all clients. A
 * server has 32 keys at most, 700 bytes each.
 */
export const MAX_KEYS_IN_MEMORY = 50_000;
