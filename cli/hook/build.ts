import { randomBytes } from 'node:crypto';
import type { HookKind } from '../../shared/domain/contracts.ts';
import { HookRevisionContent, revisionAddress, type HookRevision } from '../../shared/domain/hook.ts';
import { DEFAULT_EGRESS_POLICY } from '../../shared/domain/egress.ts';
import { makeRevision } from '../../hook-build/make-revision.ts';
import { languageOf } from '../../hook-build/hook-file.ts';
import type { HookSecrets } from '../../shared/hook-secrets.ts';
import { note } from '../../shared/terminal.ts';
import { readDependencies } from '../../deploy/local/hook-file.ts';
import { asCaller } from '../command.ts';
import type { KnownRevision } from '../../services/hook-executor/run-once.ts';
import { inAuthorsFile, readHookCode } from '../../hook-build/author-file.ts';

export type LocalHook = {
  file: string;
  contract: HookKind | undefined;
  secrets: HookSecrets;
  allowedAddresses: string[];
  /** What the file has, where something else must be made of it. */
  code?: string | undefined;
};

/** Seals secrets that never leave this process. */
const SECRETS_KEY = randomBytes(32);

/**
 * Makes a revision of a file, as it would be deployed.
 *
 * @throws {UsageError}
 * @throws {HookBuildError} With positions in `file`.
 */
export async function buildLocalHook(hook: LocalHook): Promise<KnownRevision> {
  const { file, contract, secrets, allowedAddresses, code: given } = hook;
  try {
    const content = await makeRevision(
      {
        hook_id: 'local',
        code: given ?? readHookCode(file),
        language: languageOf(file),
        contract,
        dependencies: readDependencies(file),
        secrets,
        egress: { ...DEFAULT_EGRESS_POLICY, allowed_addresses: allowedAddresses },
      },
      { secretsKey: SECRETS_KEY, report: note },
    );
    const address = revisionAddress(content);
    const revision: HookRevision = { ...HookRevisionContent.parse(content), revision: address };
    const { build, code, kind, limits } = revision;
    return { revision, runnable: { revision: address, script: build?.script ?? code, kind, secrets, limits } };
  } catch (error) {
    throw inAuthorsFile(error, asCaller(file));
  }
}
