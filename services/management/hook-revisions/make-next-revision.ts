import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_EGRESS_POLICY, type EgressPolicy } from '../../../shared/domain/egress.ts';
import type { HookCheck } from '../../../shared/domain/hook-check.ts';
import { CONTRACTS, isWebhookKind, type HookKind } from '../../../shared/domain/contracts.ts';
import {
  DEFAULT_HOOK_LIMITS,
  HookRevisionContent,
  revisionAddress,
  type HookIsolation,
  type HookLanguage,
  type HookLimits,
  type HookRevision,
  type HookRevisionInput,
} from '../../../shared/domain/hook.ts';
import { HookBuildError } from '../../../hook-build/errors.ts';
import { makeRevision } from '../../../hook-build/make-revision.ts';
import { openHookSecrets, sealHookSecrets, type HookSecrets } from '../../../shared/hook-secrets.ts';
import { hooksIn } from '../../../shared/store/hooks.ts';
import { ApiError, invalidBody } from '../api/api-error.ts';
import type { Deps } from '../deps.ts';

/** Most builds are over by then. */
const RETRY_AFTER_SECONDS = 5;

/** What a writer wants of the next revision; what is left out stays as it is, and is the default in the first revision. */
export type RevisionEdit = {
  /** client_id of the writer. */
  by: string;
  code?: string | undefined;
  /** Refuse code of another kind. */
  kind?: 'action' | undefined;
  dependencies?: Record<string, string> | undefined;
  /** All of them, or a function of those there are. */
  secrets?: HookSecrets | ((now: HookSecrets) => HookSecrets) | undefined;
  /** In the place of all limits, or of the whole policy: what is left out of it is the default. */
  limits?: Partial<HookLimits> | undefined;
  egress?: Partial<EgressPolicy> | undefined;
  on_failure?: 'deny' | 'issue_unmodified' | undefined;
  isolation?: HookIsolation | undefined;
  language?: HookLanguage | undefined;
  /** Left out: what the code that is written tells, and else what the hook had. */
  contract?: HookKind | undefined;
  /** All of them. */
  checks?: HookCheck[] | undefined;
};

export type NextRevision = {
  /** The address. */
  revision: string;
  /**
   * To be called once a hook names it: one with the same content that no hook named may have been there, and removed as old in the moment
   * before.
   */
  keep: () => Promise<void>;
};

export type RevisionDeps = Pick<Deps, 'db' | 'hookSecretsKey' | 'hookBuilder'>;

/**
 * Makes the revision of a hook or an Action that an edit leads to, and keeps it nowhere.
 *
 * @throws As {@link makeNextRevision}.
 */
export async function nextRevision(
  hookId: string,
  before: HookRevision | undefined,
  edit: RevisionEdit,
  deps: RevisionDeps,
): Promise<HookRevision> {
  const content = HookRevisionContent.parse(await nextContent(hookId, before, edit, deps));
  return { ...content, revision: revisionAddress(content) };
}

/**
 * Makes the revision of a hook or an Action that an edit leads to, and stores it. Only another code, language or other dependencies
 * are built anew, and only other secrets are sealed anew: an edit that changes nothing gives the address there was.
 *
 * @param before What the edit starts from; `undefined` for the first revision, which needs `code`.
 * @throws {ApiError} 400 with the code of the build's error, and whatever a function of the secrets throws.
 */
export async function makeNextRevision(
  hookId: string,
  before: HookRevision | undefined,
  edit: RevisionEdit,
  deps: RevisionDeps,
): Promise<NextRevision> {
  const content = await nextContent(hookId, before, edit, deps);
  if (before?.revision === revisionAddress(content))
    return { revision: before.revision, keep: () => Promise.resolve() };
  const hooks = hooksIn(deps.db);
  const revision = await hooks.putRevision(content);
  return {
    revision,
    keep: async () => {
      if (!(await hooks.hasRevision(revision))) await hooks.putRevision(content);
    },
  };
}

async function nextContent(
  hookId: string,
  before: HookRevision | undefined,
  edit: RevisionEdit,
  deps: RevisionDeps,
): Promise<HookRevisionInput> {
  const built = await builtOf(hookId, before, edit, deps);
  const isolation = edit.isolation ?? before?.isolation;
  if (isWebhookKind(built.kind ?? 'hook')) refuseOfCode(edit.limits, isolation);
  return {
    ...built,
    secrets: await sealedSecrets(hookId, before?.secrets ?? null, edit.secrets, deps.hookSecretsKey),
    limits:
      edit.limits === undefined ? (before?.limits ?? DEFAULT_HOOK_LIMITS) : { ...DEFAULT_HOOK_LIMITS, ...edit.limits },
    egress:
      edit.egress === undefined
        ? (before?.egress ?? DEFAULT_EGRESS_POLICY)
        : { ...DEFAULT_EGRESS_POLICY, ...edit.egress },
    on_failure: edit.on_failure ?? before?.on_failure ?? 'deny',
    ...(isolation === 'process' ? { isolation } : {}),
    ...checksIn(edit.checks, before),
  };
}

function checksIn(edit: RevisionEdit['checks'], before: HookRevision | undefined): { checks?: string } {
  const checks = edit === undefined ? before?.checks : edit.length === 0 ? undefined : JSON.stringify(edit);
  return checks === undefined ? {} : { checks };
}

/** What would have no effect on a webhook. @throws {ApiError} */
function refuseOfCode(limits: Partial<HookLimits> = {}, isolation: HookIsolation | undefined): void {
  const names = (['cpu_ms', 'heap_mib', 'console_bytes'] as const).filter(
    (name) => limits[name] !== undefined && limits[name] !== DEFAULT_HOOK_LIMITS[name],
  );
  const [first] = isolation === 'process' ? ['isolation'] : names.map((name) => `limits.${name}`);
  if (first !== undefined) throw invalidBody(`'is of code, and not of a webhook' on property hookmint.${first}.`);
}

type Built = Pick<HookRevisionInput, 'hook_id' | 'kind' | 'code' | 'language' | 'dependencies' | 'build' | 'limits'>;

async function builtOf(
  hookId: string,
  before: HookRevision | undefined,
  edit: RevisionEdit,
  { hookBuilder, hookSecretsKey: secretsKey }: RevisionDeps,
): Promise<Built> {
  const code = edit.code ?? before?.code;
  const dependencies = edit.dependencies ?? before?.dependencies ?? {};
  const language = edit.language ?? before?.language ?? 'javascript';
  if (code === undefined) throw new TypeError('the first revision of a hook needs code');
  const { contract } = edit;
  const isOfContract = contract === undefined || contract === before?.kind;
  const isOfLanguage = language === (before?.language ?? 'javascript');
  if (code === before?.code && isOfLanguage && isOfContract && isDeepStrictEqual(dependencies, before.dependencies)) {
    const { hook_id, kind, build, limits } = before;
    return { hook_id, kind, code, ...(language === 'typescript' ? { language } : {}), dependencies, build, limits };
  }
  const build = (of: HookKind | undefined): Promise<Built> =>
    makeRevision(
      { hook_id: hookId, code, language, contract: of, dependencies },
      { secretsKey, build: (source) => hookBuilder.build(source, edit.by) },
    );
  try {
    const built = await (contract === undefined && before !== undefined
      ? builtAsBefore(before, build)
      : build(contract));
    if (edit.kind === 'action' && built.kind !== 'action') {
      throw invalidBody("'must export onExecuteCredentialsExchange' on property code.");
    }
    return built;
  } catch (error) {
    throw error instanceof HookBuildError ? answerTo(error) : error;
  }
}

/** Of the contract that the code tells; of the one that the hook has, where its code had to be told it, and the new code tells none either. */
async function builtAsBefore(
  { kind }: HookRevision,
  build: (of: HookKind | undefined) => Promise<Built>,
): Promise<Built> {
  if (CONTRACTS[kind].isAuth0) return build(undefined);
  try {
    const built = await build(undefined);
    if (built.kind !== 'hook') return built;
  } catch (error) {
    if (!(error instanceof HookBuildError) || !TELLS_NONE.has(error.code)) throw error;
  }
  try {
    return await build(kind);
  } catch (error) {
    if (!(error instanceof HookBuildError) || !OF_ANOTHER.has(error.code)) throw error;
    const { name } = CONTRACTS[kind];
    const message = `${error.message}; the contract of the hook is ${name}: say another with hookmint.contract`;
    throw new HookBuildError(error.code, message, { cause: error });
  }
}

/** Of code of no contract; to who reads code, the JSON of a webhook is no sentence of it. */
const TELLS_NONE: ReadonlySet<string> = new Set(['hook_exports_nothing', 'hook_syntax_error']);
const OF_ANOTHER: ReadonlySet<string> = new Set(['hook_exports_nothing', 'webhook_invalid']);

/** The message has the place in the author's file, or the module, and the way out. */
function answerTo(error: HookBuildError): ApiError {
  if (error.code !== 'build_queue_full' && error.code !== 'builder_unavailable') {
    return new ApiError(400, error.code, error.message, { cause: error });
  }
  const headers = { 'Retry-After': String(RETRY_AFTER_SECONDS) };
  return new ApiError(503, error.code, error.message, { cause: error, headers });
}

/** The same value has another JWE each time it is sealed, so it is sealed only when it has changed. */
async function sealedSecrets(
  hookId: string,
  sealed: string | null,
  edit: RevisionEdit['secrets'],
  key: Buffer,
): Promise<string | null> {
  if (edit === undefined) return sealed;
  const now = sealed === null ? {} : await openHookSecrets(sealed, hookId, key);
  const next = typeof edit === 'function' ? edit(now) : edit;
  if (isDeepStrictEqual(next, now)) return sealed;
  return Object.keys(next).length === 0 ? null : sealHookSecrets(next, hookId, key);
}
