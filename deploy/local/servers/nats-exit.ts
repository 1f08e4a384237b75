import { howItEnded, type ServerExit } from './child-server.ts';
import { diskFull, unusable } from './data-dir.ts';
import { ServerStartError } from './errors.ts';

export interface NatsRun {
  log: string;
  dataDir: string;
  port: number | undefined;
  noSpace: boolean;
}

const SUMMARY_LINES = 4;

/** Turns the exit of a nats-server that did not come up into one sentence. */
export function natsExitError(exit: ServerExit, { log, dataDir, port, noSpace }: NatsRun): ServerStartError {
  if (/address already in use|Only one usage of each socket address/.test(log)) {
    const which = port === undefined ? 'a port chosen at random' : `port ${port}`;
    return new ServerStartError('PORT_TAKEN', `nats-server cannot start: ${which} on 127.0.0.1 is already taken.`);
  }
  if (noSpace || /no space left on device/i.test(log)) return diskFull('nats-server', dataDir);
  const denied = /storage directory is not writable|read-only file system/i.exec(log);
  if (denied) return unusable('nats-server', dataDir, denied[0]);
  return new ServerStartError(
    'START_FAILED',
    `nats-server ended while starting (${howItEnded(exit)}): ${natsSummary(log) || exit.lastLines}`,
  );
}

/** The last errors in a nats-server's log; its last lines where there are none. */
export function natsSummary(log: string): string {
  const lines = log.trimEnd().split('\n');
  const grave = lines.filter((line) => /^(?!\[\d+\])|\[(?:FTL|ERR|WRN)\]/.test(line));
  return (grave.length > 0 ? grave : lines).slice(-SUMMARY_LINES).join('\n');
}
