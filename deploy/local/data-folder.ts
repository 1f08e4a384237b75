import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../shared/errors.ts';
import { makeFolder } from '../../shared/make-folder.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { endLeftover } from './servers/leftover.ts';

/** The folder of one local installation, held by one launcher at a time. */
export type DataFolder = { writePids: (pids: number[]) => void; release: () => void };

/**
 * Opens the data folder, making it when it is not there, and ends the servers that a killed launcher left behind in it.
 *
 * @throws {UsageError} when it cannot be written, or another launcher has it.
 */
export async function openDataFolder(dir: string): Promise<DataFolder> {
  const [lockFile, pidFile] = [join(dir, 'launcher.pid'), join(dir, 'pids')];
  try {
    makeFolder(dir, 0o700);
    takeLock(lockFile, dir);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`The data folder ${dir} cannot be used: ${messageOf(error)}. Choose another with --data DIR.`);
  }
  await endLeftover({ pidFile, mustMatch: dir });
  // Of a launcher that was killed while services started.
  rmSync(join(dir, 'service-secrets'), { recursive: true, force: true });
  return {
    writePids: (pids) => writeFileSync(pidFile, pids.join('\n'), { mode: 0o600 }),
    release: () => {
      rmSync(pidFile, { force: true });
      rmSync(lockFile, { force: true });
    },
  };
}

function takeLock(lockFile: string, dir: string): void {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx', mode: 0o600 });
    return;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const holder = Number(readFileSync(lockFile, 'utf8'));
  if (isLauncher(holder)) {
    throw new UsageError(
      `Another hookmint (process ${String(holder)}) runs on ${dir}. Stop it, or choose another with --data DIR.`,
    );
  }
  writeFileSync(lockFile, String(process.pid), { mode: 0o600 });
}

function isLauncher(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Process ids are reused: check the command line where it can be read.
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('deploy/local/main');
  } catch {
    return process.platform !== 'linux';
  }
}
