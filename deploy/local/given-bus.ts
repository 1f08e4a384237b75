import { MIN_STREAMS_MIB, STREAMS_BYTES } from '../../shared/bus/streams/ensure-streams.ts';
import type { BusTlsEnv } from '../../shared/bus/tls.ts';
import { UsageError } from '../../shared/usage-error.ts';

/** NATS servers that were there before, and how to use them. */
export type GivenBus = {
  url: string;
  /** Whether they have the users of deploy/nats/hookmint.conf, with the keys of this installation's secrets.json. */
  hasUsers: boolean;
  tls: BusTlsEnv;
  /** Servers that keep each stream. */
  streamReplicas: number;
  /** What all streams may take of the disk of each. */
  streamsBytes: number;
};

const MIB = 1_048_576;
const YES_OR_NO: Record<string, boolean> = { yes: true, no: false };

/** Reads `NATS_URL` and what belongs to it from the environment; `undefined` without a `NATS_URL`. */
export function readGivenBus(env: NodeJS.ProcessEnv): GivenBus | undefined {
  const { NATS_URL: url } = env;
  if (url === undefined || url === '') return undefined;
  const hasUsers = YES_OR_NO[env.HOOKMINT_NATS_USERS ?? 'no'];
  if (hasUsers === undefined) throw new UsageError('HOOKMINT_NATS_USERS must be yes or no.');
  const streamReplicas = Number(env.HOOKMINT_STREAM_REPLICAS ?? 1);
  if (!Number.isInteger(streamReplicas) || streamReplicas < 1 || streamReplicas > 5) {
    throw new UsageError('HOOKMINT_STREAM_REPLICAS must be a number from 1 to 5.');
  }
  const streamsMib = Number(env.HOOKMINT_STREAMS_MIB ?? STREAMS_BYTES / MIB);
  if (!Number.isInteger(streamsMib) || streamsMib < MIN_STREAMS_MIB) {
    throw new UsageError(`HOOKMINT_STREAMS_MIB must be a number from ${String(MIN_STREAMS_MIB)}.`);
  }
  const { NATS_CA_FILE, NATS_CERT_FILE, NATS_KEY_FILE } = env;
  return {
    url,
    hasUsers,
    tls: { NATS_CA_FILE, NATS_CERT_FILE, NATS_KEY_FILE },
    streamReplicas,
    streamsBytes: streamsMib * MIB,
  };
}
