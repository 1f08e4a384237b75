import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../../shared/errors.ts';
import { makeFolder } from '../../shared/make-folder.ts';
import { UsageError } from '../../shared/usage-error.ts';

/**
 * Writes files below a folder, each whole or not at all. A link, pipe or device there is refused before anything is written: what it leads
 * to is not the folder's.
 *
 * @param files Path from the folder, with slashes → content.
 * @throws {UsageError} One that names what is in the way.
 */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  const root = madeFolder(folder);
  for (const path of files.keys()) assertOwn(root, path);
  for (const [path, content] of files) {
    try {
      writeFile(root, path, content);
    } catch (error) {
      throw new UsageError(`${join(folder, path)} cannot be written: ${messageOf(error)}.`);
    }
  }
}

/** The folder itself is the caller's choice, and may be a link. */
function madeFolder(folder: string): string {
  try {
    makeFolder(folder);
    return realpathSync(folder);
  } catch (error) {
    throw new UsageError(`${folder} cannot be written: ${messageOf(error)}.`);
  }
}

function assertOwn(root: string, path: string): void {
  const names = path.split('/');
  for (let count = 1; count < names.length; count++) {
    const folder = join(root, ...names.slice(0, count));
    if (statusOf(folder)?.isDirectory() === false) throw inTheWay(folder, 'folder');
  }
  const file = join(root, path);
  if (statusOf(file)?.isFile() === false) throw inTheWay(file, 'regular file');
}

function inTheWay(path: string, wanted: string): UsageError {
  const what = statusOf(path)?.isSymbolicLink() === true ? 'a link' : `not a ${wanted}`;
  return new UsageError(`${path} is ${what}, which an export does not follow. Remove it, or export to another folder.`);
}

/** A new file takes the place of the old one, so that what else the old one is called stays as it is. */
function writeFile(root: string, path: string, content: string): void {
  const file = join(root, path);
  const folders = path.split('/').slice(0, -1);
  for (const [at] of folders.entries()) makeOwnFolder(join(root, ...folders.slice(0, at + 1)));
  const temporary = join(dirname(file), `.hookmint-${randomBytes(8).toString('hex')}`);
  try {
    writeFileSync(temporary, content, { flag: 'wx', mode: statusOf(file)?.mode ?? 0o666 });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function makeOwnFolder(folder: string): void {
  if (statusOf(folder) === undefined) mkdirSync(folder);
}

const statusOf = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });
