import { checksOf } from '../../../../shared/domain/hook-check.ts';
import type { Hook } from '../../../../shared/domain/hook.ts';
import { hooksIn, type RevisionSource } from '../../../../shared/store/hooks.ts';
import type { Deps } from '../../deps.ts';
import { policiesOf } from '../../hook-revisions/policies.ts';
import type { HookView } from './schema.ts';

/**
 * Hooks as Auth0's tools know them (contract §5.1), in the order given: what is deployed of each, and the one that is enabled by
 * one look at the binding.
 */
export async function viewsOf(hooks: readonly Hook[], { db }: Pick<Deps, 'db'>): Promise<HookView[]> {
  const store = hooksIn(db);
  const addresses = hooks.map(({ current_revision }) => current_revision).filter((address) => address !== null);
  const [binding, sources] = await Promise.all([
    store.findBinding('credentials-exchange'),
    store.findSources(addresses),
  ]);
  return hooks.map((hook) => ({
    id: hook.id,
    name: hook.name,
    ...contentView(sources.get(hook.current_revision ?? '')),
    triggerId: hook.trigger_id,
    enabled: binding?.hook_id === hook.id,
  }));
}

export async function viewOfOne(hook: Hook, deps: Pick<Deps, 'db'>): Promise<HookView> {
  const [view] = await viewsOf([hook], deps);
  if (view === undefined) throw new Error('a hook has one view');
  return view;
}

/** What of a revision its author gave, but for secrets; `hookmint` has what is not the default. */
export function contentView(
  source: RevisionSource | undefined,
): Pick<HookView, 'script' | 'dependencies' | 'hookmint'> {
  if (source === undefined) return {};
  const { hookmint } = policiesOf(source);
  const checks = checksOf(source);
  return {
    script: source.code,
    dependencies: source.dependencies,
    ...(hookmint === undefined && checks.length === 0
      ? {}
      : { hookmint: { ...hookmint, ...(checks.length === 0 ? {} : { checks }) } }),
  };
}
