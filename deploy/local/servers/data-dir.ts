import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { makeFolder } from '../../../shared/make-folder.ts';
import { ServerStartError, systemCode } from './errors.ts';

const MIN_FREE_BYTES = 1024 * 1024;

/** Creates the data folder, for this user alone, and returns its absolute path. */
export async function prepareDataDir(server: string, dataDir: string): Promise<string> {
  const path = resolve(dataDir);
  try {
    makeFolder(path, 0o700);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw dataDirError(server, path, error);
  }
  if (await isDiskFull(path)) throw diskFull(server, path);
  return path;
}

/** Whether so little space is left that a server cannot even say so in its log. */
export async function isDiskFull(path: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize < MIN_FREE_BYTES;
}

/** Says in one sentence why a file or folder in the data folder cannot be made. */
export function dataDirError(server: string, path: string, cause: unknown): ServerStartError {
  const code = systemCode(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(server, path, cause);
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    return new ServerStartError(
      'DATA_DIR_UNUSABLE',
      `${server} cannot use ${path} as its data folder: there is a file with this name.`,
      { cause },
    );
  }
  return unusable(server, path, code ?? String(cause), cause);
}

export function diskFull(server: string, path: string, cause?: unknown): ServerStartError {
  return new ServerStartError('DISK_FULL', `${server} cannot start: no space is left on the disk of ${path}.`, {
    cause,
  });
}

export function unusable(server: string, path: string, reason: string, cause?: unknown): ServerStartError {
  return new ServerStartError(
    'DATA_DIR_UNUSABLE',
    `${server} cannot write to its data folder ${path} (${reason}); give this user the right to write there or choose another folder.`,
    { cause },
  );
}
