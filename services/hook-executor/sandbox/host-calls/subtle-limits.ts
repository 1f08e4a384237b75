/**
 * What hooks' cryptography may ask of the host's threads, which all hooks of a sandbox process share. Over a limit of one operation
 * it is refused with an OperationError that names the limit.
 */

/** Largest RSA modulus, bits: one signature with a larger one takes a thread for long. */
export const MAX_RSA_BITS = 4_096;
/** Rounds of one PBKDF2 block. */
export const MAX_PBKDF2_ITERATIONS = 1_000_000;
/** Largest symmetric key, bits. */
export const MAX_SECRET_KEY_BITS = 65_536;
/** Longest result of deriveBits, bits. */
export const MAX_DERIVED_BITS = 65_536;
/** Longest salt of RSA-PSS, bytes. */
export const MAX_SALT_BYTES = 512;
/** Largest piece of data in one operation, bytes. */
export const MAX_DATA_BYTES = 1_048_576;
/** Largest key of an asymmetric algorithm as it is encoded, bytes: exponents count for time as the modulus does. */
export const MAX_KEY_PAIR_BYTES = 8_192;

/**
 * All operations of one run together, estimated milliseconds of one core, before they are begun. One more is refused with a
 * QuotaExceededError. It is enough for three RSA keys of 4,096 bits, or eight times 1,000,000 rounds of PBKDF2.
 */
export const MAX_WORK_MS_PER_RUN = 4_000;
