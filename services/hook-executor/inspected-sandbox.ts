import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { decode } from '@jridgewell/sourcemap-codec';
import { unavailable } from '../../shared/domain/hook-outcome.ts';
import { ownModule } from '../../shared/own-module.ts';
import { NO_WALL } from '../../shared/process-wall/wall.ts';
import { UsageError } from '../../shared/usage-error.ts';
import type { KnownRevision } from './revisions.ts';
import type { SandboxPool } from './sandbox-pool.ts';
import { NO_NETWORK, NO_STORAGE, startSandboxProcess } from './sandbox-process.ts';
import type { Inspected } from './sandbox/hook-realm.ts';

const MAIN = ownModule('./sandbox/inspected/main', import.meta.url);
const GUARDIAN = ownModule('./sandbox/inspected/guardian', import.meta.url);

/** As long as somebody may look at one line, milliseconds: a day. */
export const INSPECTED_MS = 86_400_000;

/** What a debugger looks into, and how it is told of it. */
export type Inspection = {
  revision: KnownRevision['revision'];
  /** The author's, an absolute path. */
  file: string;
  /** Of this machine's loopback address; 0 for any that is free. */
  port: number;
  /** The debugger stops where the author's code begins. */
  stopsFirst: boolean;
  /** @param url Of the inspector, with a path that cannot be guessed. */
  onListening: (url: string) => void;
};

/**
 * A sandbox process for the runs of one revision, in a realm of its Node, once a debugger has attached to it.
 *
 * @throws {UsageError} Where the port cannot be had, or the process ends before.
 */
export async function openInspectedSandbox({ revision, file, port, stopsFirst, onListening }: Inspection) {
  const inspected = toldOf(revision, file, stopsFirst);
  const child = startSandboxProcess(MAIN, NO_WALL, undefined, port);
  guard(child.pid);
  const close = (): void => child.kill();
  try {
    const url = await Promise.race([child.inspector, child.ended.then(() => null)]);
    if (url === null) {
      throw new UsageError(
        `Nothing can listen at 127.0.0.1:${String(port)} for a debugger: another program has the port, or nobody may take it. Give another one: ` +
          '--inspect=PORT, or --inspect=0 for any that is free.',
      );
    }
    onListening(url);
    await child.ready.catch(() => {
      throw new UsageError('The process that the debugger was to look into has ended.');
    });
  } catch (error) {
    close();
    throw error;
  }
  const run: SandboxPool['run'] = async (hook, args, deadlineMs, http = NO_NETWORK, storage = NO_STORAGE) => {
    const limits = { ...hook.limits, cpu_ms: INSPECTED_MS, wall_ms: INSPECTED_MS };
    const outcome = await child.run({ ...hook, limits, inspected }, args, deadlineMs, { http, storage });
    return outcome ?? unavailable('the process that the debugger looked into has ended');
  };
  return { run, unload: (address: string) => child.unload(address), close };
}

/** What a debugger is told of a script: it is the author's file as it stands, or has a source map to it. */
function toldOf({ build, code }: KnownRevision['revision'], file: string, stopsFirst: boolean): Inspected {
  const author = pathToFileURL(file).href;
  if (build === null) return { url: author, ...(stopsFirst ? { stopAt: { lineNumber: 0, columnNumber: 0 } } : {}) };
  const map = JSON.parse(build.source_map) as { sources: string[]; mappings: string };
  const sources = map.sources.map(() => author);
  // The script has a line before the bundle's first.
  const told = {
    ...map,
    sourceRoot: '',
    sources,
    sourcesContent: sources.map(() => code),
    mappings: `;${map.mappings}`,
  };
  const json = Buffer.from(JSON.stringify(told)).toString('base64');
  return {
    // Beside it: editors read source maps of scripts in their folder.
    url: pathToFileURL(`${file}.hookmint.js`).href,
    sourceMapUrl: `data:application/json;base64,${json}`,
    ...(stopsFirst ? { stopAt: firstPlace(told.mappings) } : {}),
  };
}

/** The first place of a script that is the author's. */
function firstPlace(mappings: string): { lineNumber: number; columnNumber: number } {
  const lines = decode(mappings);
  const lineNumber = lines.findIndex((segments) => segments.length > 0);
  return { lineNumber: Math.max(0, lineNumber), columnNumber: lines[lineNumber]?.[0]?.[0] ?? 0 };
}

/** Has another process end it when this one ends, however: a process that a debugger holds does not see that. */
function guard(pid: number | undefined): void {
  if (pid === undefined) return;
  const guardian = spawn(process.execPath, [GUARDIAN, String(pid)], {
    env: {},
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guardian.stdin.on('error', () => undefined);
  guardian.unref();
}
