/** What the launcher itself reads. */
const OWN = [
  'HOOKMINT_NATS_USERS',
  'HOOKMINT_STREAM_REPLICAS',
  'HOOKMINT_DEMO_SIGNING_ALG',
  'HOOKMINT_CACHE_DIR',
  'HOOKMINT_NPM_REGISTRY',
  'HOOKMINT_SANDBOX_WALL',
  'HOOKMINT_NATS_DOWNLOAD_BASE_URL',
  'HOOKMINT_MONGODB_DOWNLOAD_BASE_URL',
];

/** Variables of the launcher's environment that only this service gets. */
export const PASSED_ON: Readonly<Record<string, readonly string[]>> = {
  gateway: [
    'HOOKMINT_MAX_REQUESTS_IN_FLIGHT',
    'HOOKMINT_CLIENT_RATE_PER_SECOND',
    'HOOKMINT_CLIENT_RATE_BURST',
    'HOOKMINT_FAILED_AUTHENTICATIONS_PER_MINUTE',
    'HOOKMINT_RATE_LIMIT_MODE',
    'HOOKMINT_DPOP_NONCE',
    'HOOKMINT_CONFIGURATION_MAX_AGE_SECONDS',
    'HOOKMINT_MAX_CONNECTIONS',
    'HOOKMINT_MAX_CONNECTIONS_PER_ADDRESS',
  ],
  'hook-executor': ['HOOKMINT_EXECUTOR_MAX_IN_FLIGHT', 'HOOKMINT_SANDBOX_WALL'],
  signer: ['HOOKMINT_KEY_ROTATION_DAYS', 'HOOKMINT_KEY_PUBLICATION_SECONDS', 'HOOKMINT_SIGNING_KEYS_MAX_AGE_SECONDS'],
  management: [
    'HOOKMINT_HOOK_BUILDER_URL',
    'HOOKMINT_NPM_REGISTRY',
    'HOOKMINT_CACHE_DIR',
    'HOOKMINT_SANDBOX_WALL',
    'HOOKMINT_MANAGEMENT_RATE_LIMIT_PER_SECOND',
    'HOOKMINT_CONSOLE_TRACE_URL',
    'HOOKMINT_LOG_RETENTION_DAYS',
    'HOOKMINT_LOG_MAX_MIB',
  ],
};

/** Variables of the CLI, which runs on the same machine. */
const OF_CLI = [
  'HOOKMINT_URL',
  'HOOKMINT_CLIENT_ID',
  'HOOKMINT_CLIENT_SECRET',
  'HOOKMINT_ACCESS_TOKEN',
  'HOOKMINT_SECRET_',
];

/** Of the tests, which run both. */
const OF_TESTS = ['HOOKMINT_TEST_', 'HOOKMINT_PROPERTY_SEED'];

/** Variables of the environment that mean something to `npm start` or the CLI; one that ends in `_` stands for all that begin so. */
export const KNOWN_VARIABLES: readonly string[] = [...OWN, ...Object.values(PASSED_ON).flat(), ...OF_CLI, ...OF_TESTS];
