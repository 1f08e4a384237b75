import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { busEnv } from '../../shared/bus/connect.ts';
import { integer, key256, readSettings } from '../../shared/env.ts';
import { healthEnv } from '../../shared/health.ts';
import { addressCeiling } from '../../shared/egress/address-ceiling.ts';

/** The hook-executor's settings. It has no store and no signing key: all it needs comes with the events. */
export const SETTINGS = {
  ...busEnv,
  ...healthEnv,
  /** Name of the tenant, also in the subjects of the bus and the name of the database. All services have the same. */
  HOOKMINT_TENANT: z.string().default('demo'),
  /** Decrypts the secrets of hooks, which come with them; unset: hooks that have secrets cannot be run. */
  HOOKMINT_HOOK_SECRETS_KEY: key256.optional(),
  /** Sandbox processes. Default: half the cores, so that one busy hook leaves room for the rest of the service. */
  HOOKMINT_SANDBOX_PROCESSES: integer
    .min(1)
    .max(64)
    .default(Math.max(1, Math.floor(availableParallelism() / 2)))
    .meta({ default: 'half the cores' }),
  /** Most sandbox processes of hooks with `isolation: process` at a time, in addition to the shared ones; further hooks wait. Default 4. */
  HOOKMINT_SANDBOX_OWN_PROCESSES: integer.min(1).max(64).default(4),
  /**
   * Most sandbox processes of hosted tenants at a time, in addition to the shared ones, one for each tenant whose hooks run; a process without runs makes room, others
   * wait. Default 8.
   */
  HOOKMINT_SANDBOX_TENANT_PROCESSES: integer.min(1).max(256).default(8),
  /**
   * What native code in a sandbox process meets: `require` starts only behind a wall of bubblewrap or seccomp, `auto` behind the
   * strongest that stands here, `off` behind none. Default `auto`.
   */
  HOOKMINT_SANDBOX_WALL: z.enum(['require', 'auto', 'off']).default('auto'),
  /**
   * Addresses and CIDR blocks, comma-separated, that are not public and that hooks may be allowed to reach by their own
   * `allowed_addresses`. Default: none.
   */
  HOOKMINT_EGRESS_ALLOWED_ADDRESSES: addressCeiling.default([]),
  /** Hook runs taken at a time; more are answered `unavailable` at once. Default 512. */
  HOOKMINT_EXECUTOR_MAX_IN_FLIGHT: integer.min(1).max(65_536).default(512),
};

export const readConfig = (env: NodeJS.ProcessEnv = process.env) => readSettings(SETTINGS, env);
