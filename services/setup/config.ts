import { busEnv } from '../../shared/bus/connect.ts';
import { MIN_STREAMS_MIB, STREAMS_BYTES } from '../../shared/bus/streams/ensure-streams.ts';
import { integer, readSettings } from '../../shared/env.ts';

export const MIB = 1_048_576;

/** Settings of the one-shot that sets hookmint up. */
export const SETTINGS = {
  ...busEnv,
  /** Seed of the user that makes the streams of hooks' documents and counted tokens; unset for a server without users. */
  NATS_STORAGE_NKEY_SEED: busEnv.NATS_NKEY_SEED,
  /** NATS servers that keep each stream: 3 for a cluster of three or more. Default 1. */
  HOOKMINT_STREAM_REPLICAS: integer.min(1).max(5).default(1),
  /**
   * What all streams take at most of the disk of each server, MiB; docs/scaling.md has hours by size. Less than the default shrinks all alike,
   * more is for events; `disk_max_stream_bytes` of deploy/nats/hookmint.conf must allow it. Default 2,432.
   */
  HOOKMINT_STREAMS_MIB: integer
    .min(MIN_STREAMS_MIB)
    .max(67_108_864)
    .default(STREAMS_BYTES / MIB),
};

export const readConfig = (env: NodeJS.ProcessEnv = process.env) => readSettings(SETTINGS, env);
