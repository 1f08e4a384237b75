/** What one build may take. Whoever is over them gets an error with a code; see errors.ts. */
const MEGABYTE = 1024 * 1024;

/** Builds at a time in one process that has them made; more wait. One caller leaves room for others, at work and in the queue. */
export const MAX_BUILDS_AT_ONCE = 3;
export const MAX_BUILDS_AT_ONCE_OF_ONE_CALLER = 2;
export const MAX_BUILDS_WAITING = 16;
export const MAX_BUILDS_WAITING_OF_ONE_CALLER = 12;

export const FETCH_TIMEOUT_MS = 180_000;
/** Reading the author's code and bundling, each. */
export const BUNDLE_TIMEOUT_MS = 60_000;
/** Memory of the builder process and its bundler together. */
export const MAX_BUILDER_BYTES = 640 * MEGABYTE;
/** What a builder process may answer. */
export const MAX_ANSWER_BYTES = 64 * MEGABYTE;
/** Of the text of a failure; the rest is cut. */
export const MAX_FAILURE_TEXT_LENGTH = 4_000;

export const REQUEST_TIMEOUT_MS = 30_000;
export const MAX_REQUESTS_AT_ONCE = 12;
export const MAX_REDIRECTS = 3;
/** The registry's answer for one module. */
export const MAX_PACKUMENT_BYTES = 64 * MEGABYTE;
export const MAX_TARBALL_BYTES = 64 * MEGABYTE;
/** Of one module's tarball. */
export const MAX_UNPACKED_BYTES = 192 * MEGABYTE;
export const MAX_FILES = 20_000;
export const MAX_PATH_LENGTH = 512;
export const MAX_NAME_LENGTH = 255;
export const MAX_PATH_DEPTH = 32;

/** Modules requested from the registry, including those that it does not have. */
export const MAX_MODULES_ASKED = 2_000;
/** Of all modules of a hook. */
export const MAX_SET_BYTES = 384 * MEGABYTE;

/** What is left of the cache of modules before more is fetched; up to three builds fetch at a time. */
export const MAX_CACHE_BYTES = 512 * MEGABYTE;
export const MAX_CACHE_FILES = 20_000;

/** What goes into one bundle, before it is made smaller. */
export const MAX_BUNDLED_BYTES = 48 * MEGABYTE;
export const MAX_BUNDLED_FILES = 20_000;
/** Of a pattern in a package.json's `sideEffects`: over them, the module's files are taken for ones that have some. */
export const MAX_GLOB_LENGTH = 256;
export const MAX_GLOB_WILDCARDS = 2;
