import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { sharedLibraries } from './shared-libraries.ts';

/** Also where no PATH names it, as in an image without a shell. */
const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin'];

/** Where `bwrap` is, the program of bubblewrap. */
export function findBubblewrap(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = [...(env.PATH ?? '').split(delimiter), ...USUAL_FOLDERS].filter((folder) => folder !== '');
  return folders
    .map((folder) => join(folder, 'bwrap'))
    .find((candidate) => {
      try {
        accessSync(candidate, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Arguments of `bwrap` for a Node process in namespaces of its own: no network, no process but its own, no capability, and of the file
 * system only Node, the libraries that Node is linked with, and what is given, none of it writable.
 *
 * @param readable Absolute paths of files and folders; those that do not exist are left out.
 */
export function bubblewrapArguments(readable: readonly string[]): string[] {
  const binds = [process.execPath, ...sharedLibraries(), ...readable];
  return [
    '--unshare-all',
    '--die-with-parent',
    '--new-session', // no terminal whose input it could push
    ...['--cap-drop', 'ALL'],
    ...['--proc', '/proc'],
    ...binds.flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--remount-ro', '/'],
    ...['--chdir', '/'],
    '--',
  ];
}
