import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../shared/usage-error.ts';
import { readJsonFile } from '../json-file.ts';
import { Case } from './case.ts';

export const CASE_SUFFIX = '.case.json';

/** A case as it is read, and as its file has it. */
export type CaseFile = { file: string; one: Case; raw: z.input<typeof Case> };

/**
 * Every case of a folder and below.
 *
 * @param name Of the folder, as the caller gave it.
 * @throws {UsageError} when there is none, or one cannot be used.
 */
export function readCaseFiles(folder: string, name: string): CaseFile[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`${name} is not a folder.`);
  }
  const files = globSync(`**/*${CASE_SUFFIX}`, { cwd: folder, exclude: ['**/node_modules/**'] }).sort();
  if (files.length === 0) throw new UsageError(`${name} has no *${CASE_SUFFIX}.`);
  return files.map((relative) => {
    const file = join(folder, relative);
    const one = readJsonFile(file, Case, { isGiven: false });
    // It was just read by that schema.
    const raw = readJsonFile(file, z.custom<z.input<typeof Case>>(), { isGiven: false });
    return { file, one, raw };
  });
}
