import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CLI_PROGRAM } from './cli-program.ts';
import type { Stack } from './stack.ts';

const CLI = fileURLToPath(new URL('../../cli/hookmint.js', import.meta.url));

/** How a command ended. */
export type Ended = { code: number | null; stdout: string; stderr: string };

/** Starts `npx hookmint ARGS` in a folder, as the client of a stack that has every scope of the Management API. */
export function startCli(
  stack: Stack,
  folder: string,
  args: readonly string[],
  cli: readonly string[] = [CLI],
): ChildProcess {
  return spawn(process.execPath, [...cli, ...args], {
    cwd: folder,
    env: {
      ...process.env,
      HOOKMINT_URL: stack.url,
      HOOKMINT_CLIENT_ID: stack.managementClientId,
      HOOKMINT_CLIENT_SECRET: stack.managementClientSecret,
    },
    stdio: 'pipe',
  });
}

/** The same, to its end, in one process. */
export async function runCli(stack: Stack, folder: string, args: readonly string[]): Promise<Ended> {
  const child = startCli(stack, folder, args, CLI_PROGRAM);
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout?.on('data', (text: Buffer) => (ended.stdout += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (ended.stderr += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { ...ended, code };
}
