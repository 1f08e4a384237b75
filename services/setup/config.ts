import { busEnv } from '../../shared/bus/connect.ts';
import { integer, readSettings } from '../../shared/env.ts';

/** Settings of the one-shot that sets hookmint up. */
export const readConfig = (env: NodeJS.ProcessEnv = process.env) =>
  readSettings(
    {
      ...busEnv,
      /** Seed of the user that makes the streams of hooks' documents and counted tokens; unset for a server without users. */
      NATS_STORAGE_NKEY_SEED: busEnv.NATS_NKEY_SEED,
      /** NATS servers that keep each stream: 3 for a cluster of three or more. Default 1. */
      HOOKMINT_STREAM_REPLICAS: integer.min(1).max(5).default(1),
    },
    env,
  );
