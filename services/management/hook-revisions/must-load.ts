import { LRUCache } from 'lru-cache';
import type { HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import type { Hook, HookRevision } from '../../../shared/domain/hook.ts';
import { hooksIn } from '../../../shared/store/hooks.ts';
import { createTurns } from '../../../shared/turns.ts';
import { ApiError, inexistent } from '../api/api-error.ts';
import type { Deps } from '../deps.ts';
import { loadOnce } from './dry-run.ts';

const MAX_REMEMBERED = 1_000;

/**
 * Where in the author's file, or a module's, an error came from: the first position of its stack, which is the hook's word. Sought from
 * the beginnings of words only.
 */
const POSITION = /(?<![\w./@-])[\w./@-]+:\d+:\d+/;

/** Loads that this process requests at a time: executors accept eight dry runs, and users need places too. */
const MAX_LOADS_AT_ONCE = 3;
const MAX_LOADS_WAITING = 64;

/** Revisions that an isolate has loaded. They are immutable, so once is enough. */
const loaded = new LRUCache<string, true>({ max: MAX_REMEMBERED });
/** Loads under way, by the address of the revision: a second caller waits for the first. */
const loading = new Map<string, Promise<void>>();
const inTurn = createTurns({ atOnce: MAX_LOADS_AT_ONCE, maxWaiting: MAX_LOADS_WAITING, full: noExecutor });

/**
 * Makes sure that an isolate can load a revision before tokens depend on it: a hook-executor loads it once, in an isolate of its own.
 *
 * @param onFailure Called before this throws.
 * @throws {ApiError} 400 `hook_load_failed` with the error and its place; 503 `service_unavailable` when no executor could try.
 * @throws {HookmintError} `bus_…` when no executor answers.
 */
export async function mustLoad(
  hook: Pick<Hook, 'id' | 'name'>,
  address: string,
  deps: Pick<Deps, 'db' | 'dryRunners'>,
  { onFailure }: { onFailure?: () => Promise<void> } = {},
): Promise<void> {
  if (loaded.has(address)) return;
  let load = loading.get(address);
  if (load === undefined) {
    load = inTurn(() => loadAndJudge(hook, address, deps)).finally(() => loading.delete(address));
    loading.set(address, load);
  }
  try {
    await load;
  } catch (error) {
    await onFailure?.();
    throw error;
  }
}

async function loadAndJudge(
  hook: Pick<Hook, 'id' | 'name'>,
  address: string,
  deps: Pick<Deps, 'db' | 'dryRunners'>,
): Promise<void> {
  const revision = await hooksIn(deps.db).findRevision(address);
  if (revision === undefined) throw inexistent('hook revision');
  refuseUnlessLoaded(await loadOnce(hook, revision, deps), revision);
  loaded.set(address, true);
}

function refuseUnlessLoaded(outcome: HookOutcome, { kind }: HookRevision): void {
  const failure = failureOf(outcome);
  if (failure !== undefined) {
    const what = kind === 'action' ? 'Action' : 'hook';
    throw new ApiError(400, 'hook_load_failed', `The ${what} cannot be loaded: ${failure}`);
  }
  if (outcome.status !== 'ok') throw noExecutor();
}

function noExecutor(): ApiError {
  const message = 'No hook-executor could load the hook at the moment';
  return new ApiError(503, 'service_unavailable', message, { headers: { 'Retry-After': '1' } });
}

export function firstPosition(stack: string): string | undefined {
  return POSITION.exec(stack)?.[0];
}

/** What its author must mend; `undefined` when the load says nothing about the code. */
function failureOf(outcome: HookOutcome): string | undefined {
  switch (outcome.status) {
    case 'threw': {
      const { name, message, stack } = outcome.error;
      const place = firstPosition(stack?.replace(message, '') ?? '');
      return `${name}: ${message}${place === undefined ? '' : ` at ${place}`}`;
    }
    case 'timed_out':
      return `it exceeded the ${outcome.limit === 'cpu' ? 'CPU' : 'wall-clock'} limit`;
    case 'out_of_memory':
      return 'it exceeded the heap limit';
    default:
      return undefined;
  }
}
