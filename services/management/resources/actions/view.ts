import type { Hook, HookHistoryEntry } from '../../../../shared/domain/hook.ts';
import { openHookSecrets } from '../../../../shared/hook-secrets.ts';
import { hooksIn, type RevisionSource } from '../../../../shared/store/hooks.ts';
import type { Deps } from '../../deps.ts';
import { historyOf } from '../../../../shared/domain/hook-history.ts';
import { policiesOf } from '../../hook-revisions/policies.ts';
import { profileOf } from './action-profile.ts';
import { versionIdOf } from './derived-id.ts';
import { DEFAULT_RUNTIME } from './trigger-ids.ts';
import type { ActionBase, ActionVersionView, ActionView } from './schema.ts';

type ViewDeps = Pick<Deps, 'db' | 'hookSecretsKey'>;

/** Actions as Auth0's tools know them (contract §6), in the given order. Secrets are shown by name only. */
export async function viewsOf(actions: readonly Hook[], deps: ViewDeps): Promise<ActionView[]> {
  const addresses = actions.flatMap((action) => [draftOf(action), action.current_revision]);
  const sources = await hooksIn(deps.db).findSources(addresses.filter((address) => address !== null));
  return Promise.all(actions.map((action) => viewOf(action, sources, deps)));
}

export async function viewOfOne(action: Hook, deps: ViewDeps): Promise<ActionView> {
  const [view] = await viewsOf([action], deps);
  if (view === undefined) throw new Error('an Action has one view');
  return view;
}

/** Deployed versions, newest first. */
export async function versionViewsOf(
  action: Hook,
  entries: readonly HookHistoryEntry[],
  deps: ViewDeps,
): Promise<ActionVersionView[]> {
  const sources = await hooksIn(deps.db).findSources(entries.map(({ revision }) => revision));
  const views = entries.map((entry) => versionView(action, entry, sources, deps));
  return (await Promise.all(views)).map((view) => ({ ...view, action: baseOf(action) }));
}

/** The revision that edits start from. */
export function draftOf(action: Hook): string | null {
  return action.draft_revision ?? action.current_revision;
}

/** The entry of the version that is deployed; an older one may have the same content. */
export function deployedEntryOf(action: Hook): HookHistoryEntry | undefined {
  return historyOf(action).find(({ revision }) => revision === action.current_revision);
}

async function viewOf(action: Hook, sources: Map<string, RevisionSource>, deps: ViewDeps): Promise<ActionView> {
  const deployed = deployedEntryOf(action);
  const updatedAt = at(action.updated_at_ms);
  return {
    ...baseOf(action),
    ...(await sourceView(action, draftOf(action), action.updated_at_ms, sources, deps)),
    built_at: updatedAt,
    ...(deployed === undefined ? {} : { deployed_version: await versionView(action, deployed, sources, deps) }),
  };
}

async function versionView(
  action: Hook,
  entry: HookHistoryEntry,
  sources: Map<string, RevisionSource>,
  deps: ViewDeps,
): Promise<Omit<ActionVersionView, 'action'>> {
  const createdAt = at(entry.created_at_ms);
  return {
    ...(await sourceView(action, entry.revision, entry.created_at_ms, sources, deps)),
    id: versionIdOf(action.id, entry.number),
    action_id: action.id,
    number: entry.number,
    deployed: entry.number === deployedEntryOf(action)?.number,
    errors: [],
    built_at: createdAt,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

async function sourceView(
  action: Hook,
  revision: string | null,
  writtenAtMs: number,
  sources: Map<string, RevisionSource>,
  { hookSecretsKey }: ViewDeps,
) {
  const source = sources.get(revision ?? '');
  if (revision === null || source === undefined)
    throw new Error(`the revision ${String(revision)} of Action ${action.id} is not there`);
  const profile = profileOf(action);
  const secrets = source.secrets === null ? {} : await openHookSecrets(source.secrets, action.id, hookSecretsKey);
  const setAtMs = new Map(profile.secrets.map(({ name, updated_at_ms }) => [name, updated_at_ms]));
  return {
    code: source.code,
    dependencies: Object.entries(source.dependencies).map(([name, version]) => ({ name, version })),
    ...policiesOf(source),
    runtime: DEFAULT_RUNTIME,
    secrets: Object.keys(secrets).map((name) => ({
      name,
      // A secret that was set again since had its value of this revision by then at the latest.
      updated_at: at(Math.min(setAtMs.get(name) ?? writtenAtMs, writtenAtMs)),
    })),
    status: 'built' as const,
    revision,
    supported_triggers: [{ id: action.trigger_id, version: profile.trigger_version }],
  };
}

function baseOf(action: Hook): ActionBase {
  return {
    id: action.id,
    name: action.name,
    supported_triggers: [{ id: action.trigger_id, version: profileOf(action).trigger_version }],
    all_changes_deployed: action.current_revision !== null && draftOf(action) === action.current_revision,
    created_at: at(action.created_at_ms),
    updated_at: at(action.updated_at_ms),
  };
}

const at = (ms: number): string => new Date(ms).toISOString();
