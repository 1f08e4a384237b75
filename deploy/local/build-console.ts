import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { IS_INSTALLED } from '../../shared/own-module.ts';

const BUILD = fileURLToPath(new URL('../../console/build.ts', import.meta.url));

/**
 * Builds the console at the lowest priority: whoever asks for a token meanwhile does not notice. The npm package has it built.
 *
 * @throws {Error} with the last line that the build told.
 */
export async function buildConsole(stop: AbortSignal): Promise<void> {
  if (IS_INSTALLED) return;
  const child = spawn(process.execPath, [BUILD], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: stop,
    windowsHide: true,
  });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told = (told + text).slice(-MAX_TOLD_CHARACTERS)));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(told.trimEnd().split('\n').at(-1) ?? `exit code ${String(code)}`));
    });
  });
}

const MAX_TOLD_CHARACTERS = 4_096;
