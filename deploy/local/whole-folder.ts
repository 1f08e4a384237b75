import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../shared/usage-error.ts';
import { VERSION } from '../../shared/version.ts';
import { SECRETS_FILE } from './local-secrets.ts';

/** Of the layout of the data folder; of the documents in the database, shared/store/migrations.ts has another. */
const FORMAT = 1;

/** Folders of the servers that were started on the data folder. */
const SERVERS = ['mongodb', 'nats'] as const;
export type ServerFolder = (typeof SERVERS)[number];

/** `data-folder.json`: who wrote the folder last, and what it has had since. */
const Mark = z.object({ hookmint: z.string(), format: z.int(), servers: z.array(z.string()).default([]) });

const markFile = (dataDir: string): string => join(dataDir, 'data-folder.json');

/**
 * Looks at a data folder before anything is written into it or started on it. One that lacks a part is refused: what would be made in its
 * place fits nothing else in it, and the right part, put back later, would not either.
 *
 * @param own Servers that will be started on it; others are elsewhere.
 * @throws {UsageError} One that names what is missing, or the newer version that wrote it.
 */
export function assertWhole(dataDir: string, own: readonly ServerFolder[]): void {
  const mark = readMark(dataDir);
  if (mark !== undefined && mark.format > FORMAT) throw newer(dataDir, mark.hookmint);
  const present = SERVERS.filter((name) => isFilled(join(dataDir, name)));
  const hasSecrets = existsSync(join(dataDir, SECRETS_FILE));
  if (!hasSecrets && present.length > 0) {
    throw notWhole(dataDir, `it has ${present.join(' and ')}, but no ${SECRETS_FILE}, which holds their keys`);
  }
  const gone = own.filter((name) => mark?.servers.includes(name) === true && !present.includes(name));
  if (gone.length > 0) throw notWhole(dataDir, `${gone.join(' and ')} ${gone.length === 1 ? 'is' : 'are'} missing`);
}

/** Says who writes the folder from now on. */
export function markFolder(dataDir: string, own: readonly ServerFolder[] = []): void {
  const servers = [...new Set([...(readMark(dataDir)?.servers ?? []), ...own])].sort();
  writeFileSync(`${markFile(dataDir)}.new`, JSON.stringify({ hookmint: VERSION, format: FORMAT, servers }), {
    mode: 0o600,
  });
  renameSync(`${markFile(dataDir)}.new`, markFile(dataDir));
}

function readMark(dataDir: string): z.infer<typeof Mark> | undefined {
  try {
    return Mark.parse(JSON.parse(readFileSync(markFile(dataDir), 'utf8')));
  } catch {
    // Written by a version that had none.
    return undefined;
  }
}

function isFilled(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}

function newer(dataDir: string, version: string): UsageError {
  return new UsageError(
    `The data folder ${dataDir} is one of hookmint ${version}; this is ${VERSION}, which cannot read it. Start that version, or one made from a backup of before.`,
  );
}

function notWhole(dataDir: string, what: string): UsageError {
  return new UsageError(
    `The data folder ${dataDir} is not whole: ${what}. Restore it from a backup, or choose another with --data DIR.`,
  );
}
