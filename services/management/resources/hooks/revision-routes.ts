import { z } from 'zod';
import { checksOf } from '../../../../shared/domain/hook-check.ts';
import { CONTRACTS } from '../../../../shared/domain/contracts.ts';
import type { Hook, HookHistoryEntry, HookRevision } from '../../../../shared/domain/hook.ts';
import { SampleEvent } from '../../../../shared/domain/sample-event.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { tenantIn } from '../../../../shared/store/tenant.ts';
import { inexistent } from '../../api/api-error.ts';
import { matching } from '../../api/if-match.ts';
import { performs, reads, writes, type Caller, type Route } from '../../api/route.ts';
import { requireScope } from '../../auth/require-scope.ts';
import type { Deps } from '../../deps.ts';
import { dryRun } from '../../hook-revisions/dry-run.ts';
import { nextRevision } from '../../hook-revisions/make-next-revision.ts';
import { mustLoad } from '../../hook-revisions/must-load.ts';
import { forced, mustPass } from '../../hook-revisions/must-pass.ts';
import { recordedEvent } from '../../hook-revisions/recorded-event.ts';
import { deployed, historyOf, withDraft } from '../../../../shared/domain/hook-history.ts';
import { reviseHook } from '../../hook-revisions/revise-hook.ts';
import { isEnabled, keepLoadable } from './enable.ts';
import { aHook, draftOf, findHook, hookParams } from './find-hook.ts';
import { revisionEditOf } from './revision-edit.ts';
import {
  DryRunInput,
  DryRunView,
  RevisionEntry,
  RevisionList,
  RevisionView,
  UnsavedDryRunInput,
} from './revision-schema.ts';
import { CreateRevision, Force, HookId, HookView, RevisionId } from './schema.ts';
import { secretNamesOf } from './secret-routes.ts';
import { viewOfOne } from './view.ts';

/** Of hookmint itself: Auth0's hooks have no history. */
const tag = 'hook-revisions';
const collection = 'hooks';
const path = '/hooks/{id}/revisions';
const params = z.strictObject({ id: HookId, revision: RevisionId });

const list = reads({
  path,
  operationId: 'getHookRevisions',
  summary: "Get a hook's revisions",
  tag,
  scopes: ['read:hooks'],
  params: hookParams,
  status: 200,
  response: RevisionList,
  errors: [404],
  handle: async ({ params: { id } }, deps) => {
    const hook = await findHook(id, deps);
    return { revisions: historyOf(hook).map((entry) => entryView(entry, hook)) };
  },
});

const get = reads({
  path: `${path}/{revision}`,
  operationId: 'getHookRevision',
  summary: 'Get a revision of a hook',
  tag,
  scopes: ['read:hooks'],
  params,
  status: 200,
  response: RevisionView,
  errors: [404],
  handle: async ({ params: { id, revision } }, deps) => {
    const hook = await findHook(id, deps);
    const entry = entryOf(hook, revision);
    const found = await findRevision(revision, deps);
    const { kind, code, dependencies, build, limits, egress, on_failure, isolation, language } = found;
    const policies = {
      limits,
      egress,
      on_failure,
      isolation: isolation ?? 'shared',
      language: language ?? 'javascript',
      contract: CONTRACTS[kind].name,
    } as const;
    const secrets = await secretNamesOf(id, revision, deps);
    const modules = build?.modules ?? [];
    return {
      ...entryView(entry, hook),
      kind,
      script: code,
      dependencies,
      modules,
      ...policies,
      secrets,
      checks: checksOf(found),
    };
  },
});

const createDraft = writes('post', {
  path,
  operationId: 'createHookRevision',
  summary: 'Create a revision of a hook without deploying it',
  tag,
  scopes: ['update:hooks'],
  params: hookParams,
  body: CreateRevision,
  takesIfMatch: true,
  status: 201,
  response: RevisionEntry,
  errors: [404, 412],
  handle: async ({ params: { id }, body, caller, ifMatch }, deps) => {
    const change = (now: Hook, revision: string): Hook => withDraft(now, revision, caller.id);
    const from = (now: Hook): string | null => matching(draftOf(now), ifMatch);
    const edit = { from, revision: revisionEditOf(body, caller), change };
    const { before, after } = await reviseHook(id, edit, deps);
    const revision = after.draft_revision ?? '';
    const answer = entryView(entryOf(after, revision), after);
    if (before.draft_revision === after.draft_revision) return { answer, change: null };
    const [was, is] = [{ draft: before.draft_revision }, { draft: after.draft_revision }];
    return { answer, change: { collection, id, before: was, after: is } };
  },
});

const deploy = writes('post', {
  path: `${path}/{revision}/deploy`,
  operationId: 'deployHookRevision',
  summary: 'Deploy a revision of a hook, or roll back to it',
  tag,
  scopes: ['update:hooks'],
  params,
  body: z.strictObject({ force: Force.optional() }).optional(),
  takesIfMatch: true,
  status: 200,
  response: HookView,
  errors: [404, 412],
  handle: async ({ params: { id, revision }, body, caller, ifMatch }, deps) => {
    const hook = await findHook(id, deps);
    matching(hook.current_revision, ifMatch);
    entryOf(hook, revision);
    if (await isEnabled(hook, deps)) await mustLoad(hook, revision, deps);
    const failed = hook.current_revision === revision ? [] : await mustPass(hook, revision, body?.force === true, deps);
    const changed = await hooksIn(deps.db).change(id, (now) => {
      entryOf(aHook(now), revision);
      matching(now.current_revision, ifMatch);
      return now.current_revision === revision ? now : deployed(now, revision, caller.id);
    });
    if (changed === undefined) throw inexistent('hook');
    await keepLoadable(changed.after, deps);
    const after = await viewOfOne(changed.after, deps);
    const [was, is] = [changed.before.current_revision, revision];
    if (was === is) return { answer: after, change: null };
    const before = { ...(await viewOfOne(changed.before, deps)), revision: was };
    return { answer: after, change: { collection, id, before, after: { ...after, revision: is, ...forced(failed) } } };
  },
});

const tryOut = performs({
  path: `${path}/{revision}/dry-run`,
  operationId: 'dryRunHookRevision',
  summary: 'Run a revision of a hook once without issuing a token',
  tag,
  scopes: ['update:hooks'],
  params,
  body: DryRunInput,
  status: 200,
  response: DryRunView,
  errors: [404],
  handle: async ({ params: { id, revision }, body, caller }, deps) => {
    const how = await howToRun(body, caller, deps);
    const hook = await findHook(id, deps);
    entryOf(hook, revision);
    return dryRun(hook, await findRevision(revision, deps), how, deps);
  },
});

const tryUnsaved = performs({
  path: '/hooks/{id}/dry-run',
  operationId: 'dryRunHook',
  summary: 'Run code for a hook once, without keeping it or issuing a token',
  tag,
  scopes: ['update:hooks'],
  params: hookParams,
  body: UnsavedDryRunInput,
  status: 200,
  response: DryRunView,
  errors: [404],
  handle: async ({ params: { id }, body: { event, log_id, custom_claims, ...edit }, caller }, deps) => {
    const how = await howToRun({ event, log_id, custom_claims }, caller, deps);
    const hook = await findHook(id, deps);
    const from = draftOf(hook);
    const before = from === null ? undefined : await findRevision(from, deps);
    return dryRun(hook, await nextRevision(id, before, revisionEditOf(edit, caller), deps), how, deps);
  },
});

export const revisionRoutes: readonly Route[] = [list, get, createDraft, deploy, tryOut, tryUnsaved];

async function howToRun(input: z.infer<typeof DryRunInput>, caller: Caller, deps: Deps) {
  const { event, log_id, custom_claims } = input ?? {};
  // The hook is shown who asked, from where, and is free to print it.
  if (log_id !== undefined) requireScope(caller, { scopes: ['read:logs'] });
  return {
    policy: custom_claims ?? (await tenantIn(deps.db).settings()).custom_claims,
    event: log_id === undefined ? (event ?? SampleEvent.parse({})) : await recordedEvent(log_id, deps),
  };
}

/** @throws {ApiError} 404 for a revision that is not of this hook's history. */
function entryOf(hook: Hook, revision: string): HookHistoryEntry {
  const entry = historyOf(hook).find((one) => one.revision === revision);
  if (entry === undefined) throw inexistent('hook revision');
  return entry;
}

async function findRevision(revision: string, { db }: Pick<Deps, 'db'>): Promise<HookRevision> {
  const found = await hooksIn(db).findRevision(revision);
  if (found === undefined) throw inexistent('hook revision');
  return found;
}

function entryView({ number, revision, created_at_ms, created_by }: HookHistoryEntry, hook: Hook) {
  const { current_revision, draft_revision } = hook;
  const current = revision === current_revision;
  const draft = !current && revision === draft_revision;
  const created_at = new Date(created_at_ms).toISOString();
  const { shadow } = hook;
  const beside = shadow?.revision === revision ? { shadow: { percent: shadow.percent } } : {};
  return { number, revision, created_at, created_by, current, draft, ...gradualOf(revision, hook), ...beside };
}

function gradualOf(
  of: string,
  { gradual, ended_gradual: ended }: Hook,
): Pick<z.infer<typeof RevisionEntry>, 'gradual'> {
  const one = gradual ?? ended;
  if (one?.revision !== of) return {};
  const { percent, client_ids } = one;
  const state = gradual === undefined ? (ended?.outcome ?? 'returned') : 'on';
  const reason = gradual === undefined ? ended?.reason : undefined;
  return { gradual: { state, percent, client_ids: client_ids.length, ...(reason === undefined ? {} : { reason }) } };
}
