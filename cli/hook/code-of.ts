import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { readDependencies } from '../../deploy/local/hook-file.ts';
import { readHookCode } from '../../hook-build/author-file.ts';
import { languageOf } from '../../hook-build/hook-file.ts';
import { CONTRACTS } from '../../shared/domain/contracts.ts';
import { UsageError } from '../../shared/usage-error.ts';
import type { ApiClient } from '../api-client.ts';
import { asCaller, fromCaller } from '../command.ts';
import { contractOf } from './contract-option.ts';
import { theHook, theHookAt, type RemoteHook } from './remote-hooks.ts';

/** Of which hook, what of it is to be compared with what is deployed, and how people call that. */
export type GivenCode = {
  hook: RemoteHook;
  code:
    | { revision: string }
    | { script: string; dependencies: ReturnType<typeof readDependencies>; hookmint: Record<string, unknown> };
  what: string;
};

/** Whether a text names a revision of a history, and no file. */
export const isRevision = (given: string): boolean => /@\d+$/.test(given) && !existsSync(fromCaller(given));

/**
 * What a text `FILE` or `NAME@N` means.
 *
 * @throws {UsageError} where there is no such hook, revision or file.
 */
export async function codeOf(
  api: ApiClient,
  given: string,
  { name, contract }: { name?: string; contract?: string },
): Promise<GivenCode> {
  if (isRevision(given)) {
    const { hook, at } = await theHookAt(api, given);
    if (at === undefined) throw new UsageError(`${given} names no revision.`);
    return { hook, code: { revision: at.revision }, what: `revision ${String(at.number)}` };
  }
  const file = fromCaller(given);
  const script = readHookCode(file);
  const kind = contractOf(contract);
  const hookmint = {
    language: languageOf(file),
    ...(kind === undefined ? {} : { contract: CONTRACTS[kind].name }),
  };
  const hook = await theHook(api, name ?? basename(file, extname(file)));
  return { hook, code: { script, dependencies: readDependencies(file), hookmint }, what: asCaller(file) };
}
