import { z } from 'zod';
import { integer, readSettings } from '../../shared/env.ts';
import { drainEnv } from '../../shared/http/server.ts';
import { tlsEnv } from '../../shared/http/tls-files.ts';

/** The hook-builder's settings. It has no bus, no store and no key. */
export const SETTINGS = {
  ...tlsEnv,
  ...drainEnv,
  /** Address that it listens at. */
  HOOKMINT_HTTP_HOST: z.string().default('0.0.0.0'),
  /** Port that it listens at; 0: any free one. */
  HOOKMINT_HTTP_PORT: integer.min(0).max(65_535).default(8082),
  /** npm registry that hooks' modules come from; unset: npm's own setting. */
  HOOKMINT_NPM_REGISTRY: z.url().optional(),
  /** What native code in a process that builds hooks meets, as in the hook-executor's settings. Default `auto`. */
  HOOKMINT_SANDBOX_WALL: z.enum(['require', 'auto', 'off']).default('auto'),
};

export const readConfig = (env: NodeJS.ProcessEnv = process.env) => readSettings(SETTINGS, env);
