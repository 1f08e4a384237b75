import { basename, dirname, resolve } from 'node:path';
import type { HookCheck } from '../../shared/domain/hook-check.ts';
import { note } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { fromCaller } from '../command.ts';
import { CASE_SUFFIX, readCaseFiles } from './case-files.ts';

/**
 * The cases of a folder that are of a hook's file, as they travel with its revision. A case with a value of a secret, or a server in the place of an
 * endpoint, is of this machine, and stays.
 *
 * @throws {UsageError}
 */
export function readChecks(folder: string, hookFile: string): HookCheck[] {
  const all = readCaseFiles(fromCaller(folder), folder).filter(
    ({ file, one }) => resolve(dirname(file), one.hook) === resolve(hookFile),
  );
  if (all.length === 0) throw new UsageError(`${folder} has no case of ${basename(hookFile)}.`);
  const travels = all.filter(({ one }) => Object.keys(one.secrets).length === 0 && one.endpoint === undefined);
  if (travels.length < all.length) {
    note(
      `${String(all.length - travels.length)} of ${String(all.length)} cases have secrets or an endpoint of their own: they stay here.`,
    );
  }
  return travels.map(({ file, raw }) => {
    const { name, event, custom_claims, expect } = raw;
    return {
      name: name ?? basename(file, CASE_SUFFIX),
      ...(event === undefined ? {} : { event }),
      ...(custom_claims === undefined ? {} : { custom_claims }),
      expect,
    };
  });
}
