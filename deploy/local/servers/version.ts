import { runTool } from './run-tool.ts';
import { WayFailedError } from './errors.ts';

const VERSION_TIMEOUT_MS = 10_000;

/** Asks a server binary for its version, which also proves that this machine can run it. */
export async function binaryVersion(binary: string): Promise<string> {
  const { ok, stdout, stderr } = await runTool(binary, ['--version'], { timeoutMs: VERSION_TIMEOUT_MS });
  const version = /\bv(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (ok && version !== undefined) return version;
  const reason = (stderr || stdout).split('\n')[0] ?? '';
  throw new WayFailedError(`it does not run on this machine (${reason.replace(`${binary}: `, '')})`);
}

/** Whether `version` is at least `minimum`, both as dotted numbers. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, need] = [version, minimum].map((dotted) => dotted.split('.').map(Number));
  for (const [index, part] of (need ?? []).entries()) {
    const difference = (have?.[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
