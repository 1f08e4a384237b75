import childProcess from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { memoryUsage, pid } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Imported before `npm start` (`--import`), it has that and the services answer SIGUSR2: they collect all garbage, and write the bytes that are
 * left into a file named by their process id, in the folder that the query of this module's URL names.
 */
const { url } = import.meta;
const folder = decodeURIComponent(new URL(url).search.slice(1));
const file = `${folder}/${String(pid)}`;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  collect();
  collect();
  const { heapUsed, external } = memoryUsage();
  writeFileSync(`${file}.next`, String(heapUsed + external));
  renameSync(`${file}.next`, file);
});

const { spawn } = childProcess;
childProcess.spawn = ((command: string, args: string[], options: childProcess.SpawnOptions) => {
  const isService = command === process.execPath && !args.includes('--permission') && options.env !== undefined;
  // Services get but a part of the launcher's environment, and sandbox processes none.
  const env = isService ? { env: { ...options.env, NODE_OPTIONS: `--import=${url}` } } : {};
  return spawn(command, args, { ...options, ...env });
}) as typeof spawn;
syncBuiltinESMExports();
