import { revisionAddress, type HookRevision } from '../../shared/domain/hook.ts';
import { messageOf } from '../../shared/errors.ts';
import { openHookSecrets } from '../../shared/hook-secrets.ts';
import { logger } from '../../shared/log.ts';
import type { TokenRequested } from '../../shared/subjects/token-requested.ts';
import { KeptValues } from './kept-values.ts';
import type { HookKind } from '../../shared/domain/contracts.ts';
import type { RunnableHook } from './sandbox/protocol.ts';
import { namesOf, type ExecutingTenant } from './tenants.ts';

const MAX_REVISIONS = 2_000;
/** Less than what memory-of-sandboxes.ts leaves the executor. */
const MAX_REVISIONS_BYTES = 192 * 1_048_576;

/** A revision this executor can run: code in a sandbox, or a webhook. */
export type KnownRevision = { revision: HookRevision; runnable: Omit<RunnableHook, 'kind'> & { kind: HookKind } };

/** Why a revision cannot be had here. */
export type NoRevision = 'missing' | 'not the one asked for' | 'its secrets cannot be decrypted';

/** Revisions of all tenants, by the names that isolates have too. */
export type RevisionMemory = KeptValues<KnownRevision>;

/**
 * @param forgotten Called with the name of a revision that had to make room.
 * @param max Revisions that are remembered.
 */
export function createRevisionMemory(forgotten: (name: string) => void, max = MAX_REVISIONS): RevisionMemory {
  return new KeptValues<KnownRevision>({ max, maxSize: MAX_REVISIONS_BYTES }, forgotten);
}

/**
 * The revisions of a tenant that were sent to this executor. They are immutable and addressed by their content: what is known is never
 * stale, and what is sent can be checked. Two tenants may have the same: each has its own, with its own isolate.
 */
export function createRevisions(secretsKey: Buffer | undefined, known: RevisionMemory, tenant: ExecutingTenant) {
  const ofTenant = namesOf(tenant);

  async function add(revision: HookRevision): Promise<KnownRevision> {
    const { hook_id, kind, secrets, build, code, limits, isolation } = revision;
    if (secrets !== null && secretsKey === undefined) throw new Error('HOOKMINT_HOOK_SECRETS_KEY is not set');
    const opened =
      secrets === null || secretsKey === undefined ? {} : await openHookSecrets(secrets, hook_id, secretsKey);
    const runnable = {
      revision: ofTenant(revision.revision),
      script: build?.script ?? code,
      kind,
      secrets: opened,
      limits,
      ...processOf(tenant, ofTenant(hook_id), isolation),
    };
    const added = { revision, runnable };
    known.set(runnable.revision, added, sizeOf(added));
    return added;
  }

  return {
    /** The revision an event names: a known one, or the one that came with the event. */
    async of({ hook, revision }: Pick<TokenRequested, 'hook' | 'revision'>): Promise<KnownRevision | NoRevision> {
      const found = known.get(ofTenant(hook.revision));
      if (found !== undefined) return found;
      if (revision === undefined) return 'missing';
      if (revision.revision !== hook.revision || revisionAddress(revision) !== hook.revision)
        return 'not the one asked for';
      try {
        return await add(revision);
      } catch (error) {
        logger.error({ hook, err: error }, messageOf(error));
        return 'its secrets cannot be decrypted';
      }
    },
  };
}

/** Where a hook runs: of a hosted tenant in that tenant's process, and one that wants a process for itself in its own. */
function processOf(
  { name, isHosted }: ExecutingTenant,
  hookName: string,
  isolation: HookRevision['isolation'],
): Pick<RunnableHook, 'processOf'> {
  if (isolation === 'process') return { processOf: { hook: hookName } };
  return isHosted ? { processOf: { tenant: name } } : {};
}

/** Whatever of it may be large: a revision is as large as a message may be. */
function sizeOf({ revision: { code, build, secrets, dependencies, checks }, runnable }: KnownRevision): number {
  const { source_map = '', modules = [] } = build ?? {};
  const texts = [
    code,
    runnable.script,
    source_map,
    secrets ?? '',
    checks ?? '',
    JSON.stringify([modules, dependencies]),
  ];
  return texts.reduce((sum, text) => sum + text.length, 0);
}
