import { z } from 'zod';
import { busEnv } from '../../shared/bus/connect.ts';
import { integer, key256, readSettings } from '../../shared/env.ts';
import { connectionsEnv, drainEnv } from '../../shared/http/server.ts';
import { tlsEnv } from '../../shared/http/tls-files.ts';
import { storeEnv } from '../../shared/store/connect.ts';
import { signInEnv } from './console/sign-in/sign-in-settings.ts';

/** The management service's settings. */
export const SETTINGS = {
  ...busEnv,
  ...storeEnv,
  ...tlsEnv,
  ...drainEnv,
  ...connectionsEnv,
  /** Name of the tenant, also in the subjects of the bus and the name of the database. All services have the same. */
  HOOKMINT_TENANT: z.string().default('demo'),
  /** As the gateway has it: the `iss` of access tokens; with `api/v2/` added the audience of those for this API. */
  HOOKMINT_ISSUER: z.url().endsWith('/', 'must end with a slash, as in https://auth.example.com/'),
  /** Address that it listens at. */
  HOOKMINT_HTTP_HOST: z.string().default('0.0.0.0'),
  /** Port that it listens at; 0: any free one. */
  HOOKMINT_HTTP_PORT: integer.min(0).max(65_535).default(8081),
  /** Key of the hashes that client secrets are stored as; the gateway's. */
  HOOKMINT_CLIENT_SECRET_KEY: key256,
  /** Proves to signers that a request is management's, and to management that the answer is a signer's. Only management and signers have it. */
  HOOKMINT_KEYS_REQUEST_KEY: key256,
  /** Key that hooks' secrets are sealed with; the hook-executors'. */
  HOOKMINT_HOOK_SECRETS_KEY: key256,
  /** The first client of this API, made at the first start; unset: a random one, printed once. Both or neither. */
  HOOKMINT_BOOTSTRAP_CLIENT_ID: z.string().max(128).optional(),
  /** The secret of that client. */
  HOOKMINT_BOOTSTRAP_CLIENT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  /** The hook-builder, on a network that only management shares with it; unset: hooks are built by processes of this machine. */
  HOOKMINT_HOOK_BUILDER_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** npm registry that hooks' modules come from; unset: npm's own setting. With a hook-builder, its setting. */
  HOOKMINT_NPM_REGISTRY: z.url().optional(),
  /** What native code in a process that builds hooks meets, as in the hook-executor's settings. With a hook-builder, its. Default `auto`. */
  HOOKMINT_SANDBOX_WALL: z.enum(['require', 'auto', 'off']).default('auto'),
  /** Whether the console is served: hookmint in a browser. The gateway's setting too. Default `off`. */
  HOOKMINT_CONSOLE: z.enum(['on', 'off']).default('off'),
  /** Where people reach the console, when it is not where clients reach the token endpoint. Default: the issuer. */
  HOOKMINT_CONSOLE_URL: z.url().endsWith('/', 'must end with a slash, as in https://console.example.com/').optional(),
  ...signInEnv,
  /** Whether tenants can be made beside `HOOKMINT_TENANT`, by `/operator/v1/tenants`. Default `off`; those that were made are served anyway. */
  HOOKMINT_OPERATOR_API: z.enum(['on', 'off']).default('off'),
  /** Address of a trace for the console to link to, with `{trace_id}` in it, as in https://grafana.example.com/trace/{trace_id}. */
  HOOKMINT_CONSOLE_TRACE_URL: z
    .url({ protocol: /^https?$/ })
    .includes('{trace_id}', { error: 'must have {trace_id} in it' })
    .optional(),
  /** Requests a client may make in one second; over it: 429. Default 50. */
  HOOKMINT_MANAGEMENT_RATE_LIMIT_PER_SECOND: integer.min(1).max(100_000).default(50),
  /** Days that the tenant's logs are kept. Default 30. */
  HOOKMINT_LOG_RETENTION_DAYS: integer.min(1).max(365).default(30),
  /** Most that logs and their indexes take of the disk, MiB; more, and the oldest expire earlier. Default 4,096. */
  HOOKMINT_LOG_MAX_MIB: integer.min(64).max(67_108_864).default(4_096),
  /** Of the store's disk, what logs leave to the configuration, MiB; of a small disk a fifth at most. Default 512. */
  HOOKMINT_STORE_RESERVE_MIB: integer.min(0).max(67_108_864).default(512),
  /** Proxies in front of the service but the gateway, whose word is proved, so that `X-Forwarded-For` names the client. Default 0. */
  HOOKMINT_TRUSTED_PROXIES: integer.min(0).max(10).default(0),
};

export const readConfig = (env: NodeJS.ProcessEnv = process.env) => readSettings(SETTINGS, env);
