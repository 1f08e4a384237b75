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

/** The files that a process in its own namespaces has besides Node. Paths are absolute; missing ones are skipped. */
export type Reach = { readable: readonly string[]; writable?: readonly string[]; network?: boolean };

/** What reaches others by their names needs of the machine: where names are asked for, and who vouches for certificates. */
const FOR_THE_NETWORK = [
  '/etc/resolv.conf',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/gai.conf',
  '/etc/ssl/certs',
  '/etc/pki',
];

/** All files of the machine that a Node process needs which may read these. */
export function filesOf({ readable, network = false }: Reach): string[] {
  return [process.execPath, ...sharedLibraries(), ...(network ? FOR_THE_NETWORK : []), ...readable];
}

/**
 * Arguments of `bwrap` for a Node process in namespaces of its own: no process but its own, no capability, of the file system only
 * Node, the libraries that Node is linked with, and what it may reach, and no network unless it may have one.
 */
export function bubblewrapArguments({ readable, writable = [], network = false }: Reach): string[] {
  const binds = filesOf({ readable, network });
  return [
    '--unshare-all',
    ...(network ? ['--share-net'] : []),
    '--die-with-parent',
    '--new-session', // no terminal whose input it could push
    ...['--cap-drop', 'ALL'],
    ...['--proc', '/proc'],
    ...binds.flatMap((path) => ['--ro-bind-try', path, path]),
    ...writable.flatMap((path) => ['--bind-try', path, path]),
    ...['--remount-ro', '/'],
    ...['--chdir', '/'],
    '--',
  ];
}
