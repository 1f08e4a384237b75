import childProcess from 'node:child_process';
import { openSync, readSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Imported before a service (`--import`), it shifts the clock of the epoch by the milliseconds that a file holds, a double, so that it
 * can be set while the service runs. Timers and `performance` go on, as they do when the clock of a machine is set. Processes
 * of Node that the service starts are shifted too. The file is named by the query of this module's URL.
 */
const { url } = import.meta;
const offsetFile = decodeURIComponent(new URL(url).search.slice(1));
const file = openSync(offsetFile, 'r');
const buffer = Buffer.alloc(8);

const RealDate = Date;
function now(): number {
  readSync(file, buffer, 0, buffer.length, 0);
  return RealDate.now() + buffer.readDoubleLE();
}
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  apply: () => new RealDate(now()).toString(),
  get: (target, key) => (key === 'now' ? now : (Reflect.get(target, key) as unknown)),
});

const { spawn } = childProcess;
const readable = [fileURLToPath(url), offsetFile].map((path) => `--allow-fs-read=${path}`);

childProcess.spawn = ((command: string, args: string[], options: childProcess.SpawnOptions) => {
  if (command !== process.execPath || args.some((arg) => arg.includes(url))) return spawn(command, args, options);
  // A sandbox or builder process gets no environment, and may read nothing but what it is allowed.
  if (args.includes('--permission')) return spawn(command, [...readable, `--import=${url}`, ...args], options);
  // Services get but a part of the launcher's environment.
  if (options.env === undefined) return spawn(command, args, options);
  return spawn(command, args, { ...options, env: { ...options.env, NODE_OPTIONS: `--import=${url}` } });
}) as typeof spawn;
syncBuiltinESMExports();
