import { howItEnded, type ServerExit } from './child-server.ts';
import { diskFull, unusable } from './data-dir.ts';
import { ServerStartError } from './errors.ts';

export interface MongodRun {
  log: string;
  dataDir: string;
  port: number;
  noSpace: boolean;
}

/** MongoDB's exit code for data files that another version wrote. */
const EXIT_NEED_UPGRADE = 62;

const SUMMARY_LINES = 4;
const SUMMARY_LINE_CHARS = 300;

/** Turns the exit of a mongod that did not come up into one sentence. */
export function mongodExitError(exit: ServerExit, { log, dataDir, port, noSpace }: MongodRun): ServerStartError {
  if (/address already in use|Only one usage of each socket address/i.test(log)) {
    return new ServerStartError('PORT_TAKEN', `mongod cannot start: port ${port} on 127.0.0.1 is already taken.`);
  }
  if (log.includes('DBPathInUse')) {
    return new ServerStartError(
      'DATA_DIR_IN_USE',
      `mongod cannot start: another mongod is already running on the data folder ${dataDir}.`,
    );
  }
  const otherVersion = /UPGRADE PROBLEM|Wrong mongod version|IncompatibleServerVersion|unsupported WiredTiger/i.test(
    log,
  );
  if (otherVersion || exit.code === EXIT_NEED_UPGRADE) {
    return new ServerStartError(
      'DATA_DIR_OTHER_VERSION',
      `mongod cannot start: the data folder ${dataDir} was written by another version of MongoDB; run that version or choose another folder.`,
    );
  }
  if (noSpace || /No space left on device/i.test(log)) return diskFull('mongod', dataDir);
  const denied = /Permission denied|read-only (?:directory|file system)|Operation not permitted/i.exec(log);
  if (denied) return unusable('mongod', dataDir, denied[0]);
  return new ServerStartError(
    'START_FAILED',
    `mongod ended while starting (${howItEnded(exit)}): ${mongodSummary(log) || exit.lastLines}`,
  );
}

/** The last warnings and errors of mongod's JSON log; its last lines where there are none. */
export function mongodSummary(log: string): string {
  const lines = log.trimEnd().split('\n');
  const grave = lines.filter((line) => /^(?!\{)|"s":"[EFW]"/.test(line));
  const shown = grave.length > 0 ? grave : lines;
  return shown
    .slice(-SUMMARY_LINES)
    .map((line) => readable(line).slice(0, SUMMARY_LINE_CHARS))
    .join('\n');
}

function readable(line: string): string {
  try {
    const { msg, attr } = JSON.parse(line) as { msg?: string; attr?: unknown };
    return `${msg ?? ''} ${attr === undefined ? '' : JSON.stringify(attr)}`.trim();
  } catch {
    return line;
  }
}
