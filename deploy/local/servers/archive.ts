import { join } from 'node:path';
import { WayFailedError } from './errors.ts';
import { runTool } from './run-tool.ts';

const EXTRACT_TIMEOUT_MS = 120_000;

/** Takes the one file that ends in `suffix` out of a `.tgz` (on Windows a `.zip`) and returns where it lies. */
export async function extractMember(archive: string, suffix: string, targetDir: string): Promise<string> {
  const names = await tar(['-t', ...archiveFlags(archive)]);
  const member = names
    .split('\n')
    .map((name) => name.trim())
    .find((name) => name.endsWith(suffix));
  if (member === undefined) throw new WayFailedError(`the archive does not contain ${suffix}`);
  await tar(['-x', ...archiveFlags(archive), '-C', targetDir, member]);
  return join(targetDir, member);
}

function archiveFlags(archive: string): string[] {
  return archive.endsWith('.zip') ? ['-f', archive] : ['-z', '-f', archive];
}

async function tar(args: readonly string[]): Promise<string> {
  const { ok, notFound, stdout, stderr } = await runTool(tarPath(), args, { timeoutMs: EXTRACT_TIMEOUT_MS });
  if (notFound) throw new WayFailedError('tar is not installed');
  if (/no space left/i.test(stderr)) throw new WayFailedError('no space is left on the disk');
  if (!ok) throw new WayFailedError(`the archive cannot be read (${stderr.split('\n')[0] ?? ''})`);
  return stdout;
}

// Windows brings a tar that reads zip files; another one may come first on its PATH.
function tarPath(): string {
  return process.platform === 'win32' ? join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'tar.exe') : 'tar';
}
