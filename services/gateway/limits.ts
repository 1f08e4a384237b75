/** Largest request body, bytes. Over it: 413. */
export const MAX_BODY_BYTES = 32_768;

/** Time a token request's body has to arrive, once its head has. Over it: 408, and the connection is closed. */
export const BODY_TIMEOUT_MS = 5_000;

/** Most parameters of a form body. Over it: 413. */
export const MAX_PARAMETERS = 100;

/** Added to a hook's wall limit so that the executor's own `timed_out` arrives before the gateway gives up. */
export const HOOK_REPLY_GRACE_MS = 1_000;

/** Most dropped claims and scopes, and most added scopes, that event, span and log report for one token: a hook chooses how many there are. */
export const MAX_REPORTED_DROPPED = 100;

/** Most of the message, and of the stack, of what a hook threw that an event has, characters: the first lines tell where. */
export const MAX_REPORTED_MESSAGE_CHARACTERS = 500;
export const MAX_REPORTED_STACK_CHARACTERS = 1_000;

/** Time the signer has for one signature. */
export const SIGN_DEADLINE_MS = 5_000;

/** Within that, how long a request waits for a signer to come back: one that was killed is started again. */
export const SIGNER_COMES_BACK_MS = 4_000;

/** Longest lifetime of a client assertion, seconds (contract §2.1). */
export const MAX_ASSERTION_LIFETIME_SECONDS = 300;

/** Largest payload of another issuer's token by which a client authenticates, bytes: hooks see all of it. */
export const MAX_FEDERATED_CLAIMS_BYTES = 8_192;

/** What the clock of a client that signs assertions and proofs may differ by, seconds (contract §2.1). */
export const CLIENT_CLOCK_SKEW_SECONDS = 10;

/** Longest DPoP proof, characters: more than one with an RSA key of 4096 bits has. */
export const MAX_DPOP_PROOF_LENGTH = 4_096;

/** How far the `iat` of a DPoP proof may be from now, on both sides, seconds. Used proofs are remembered for longer (`bus/streams/assertions.ts`). */
export const MAX_DPOP_PROOF_AGE_SECONDS = 60;

/** Keys of DPoP proofs that are kept in the form that verifies, some 2 KB each; of more, the one that was used longest ago is imported again. */
export const MAX_DPOP_KEYS_IN_MEMORY = 5_000;

/** Time the bus has to say whether an assertion or a proof was used before. */
export const USE_ONCE_TIMEOUT_MS = 2_000;

/** Age at which cached configuration is read again even if no change was announced. */
export const CONFIGURATION_MAX_AGE_MS = 30_000;

/** How long cached configuration is used beyond its age while the store cannot be read; then it is tried again. */
export const CONFIGURATION_RETRY_MS = 5_000;

/** How often it is asked in the meantime whether the store is back. */
export const CONFIGURATION_PROBE_MS = 250;

/** How long a read of configuration that is known already may take; then the store counts as one that cannot be read. */
export const CONFIGURATION_READ_TIMEOUT_MS = 1_000;

/** How long the first read of an entry may take; a replica set needs seconds to elect a primary. */
export const CONFIGURATION_FIRST_READ_TIMEOUT_MS = 5_000;

/** Entries of each configuration cache: clients, APIs, grants. */
export const CONFIGURATION_MAX_ENTRIES = 50_000;

/** Revisions of hooks and Actions that are kept, and their code and scripts, characters: those enabled, and the ones before and after. */
export const CONFIGURATION_MAX_REVISIONS = 100;
export const CONFIGURATION_MAX_REVISIONS_CHARACTERS = 64 * 1_048_576;

/** Time the management service has for an answer: it may have to fetch and bundle a hook's modules. */
export const MANAGEMENT_TIMEOUT_MS = 120_000;

/** Requests that are with the management service at a time. Over it: 503. */
export const MAX_FORWARDED_IN_FLIGHT = 256;

/** Largest body that is forwarded to the management service, bytes. Over it: 413. */
export const MAX_MANAGEMENT_BODY_BYTES = 2_097_152;
