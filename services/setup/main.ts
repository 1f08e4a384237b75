import { connectBus } from '../../shared/bus/connect.ts';
import { ensureStreams } from '../../shared/bus/streams/ensure-streams.ts';
import { messageOf } from '../../shared/errors.ts';
import { logger } from '../../shared/log.ts';
import { MIB, readConfig } from './config.ts';

/**
 * Sets hookmint up on a bus, and ends: makes the streams and their consumers, or brings those of an older version up to date. It may
 * run again at any time. Its users are the only ones that may use the JetStream API, each in its account. Exit code 0 when all is there; else 1 with one line
 * that says what is missing, and whoever started it tries again.
 */
async function setUp(): Promise<void> {
  const config = readConfig();
  const bus = await connectBus('setup', config);
  try {
    await ensureStreams(bus, config, config.HOOKMINT_STREAM_REPLICAS, config.HOOKMINT_STREAMS_MIB * MIB);
  } finally {
    await bus.close();
  }
}

await setUp().then(
  () => logger.info({ streams: 'ready' }, 'hookmint is set up'),
  (error: unknown) => {
    logger.fatal({ err: error }, `hookmint could not be set up: ${messageOf(error)}`);
    process.exitCode = 1;
  },
);
