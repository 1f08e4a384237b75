import { DEFAULT_HOOK_LIMITS, type HookLimits, type HookRevisionInput } from '../shared/domain/hook.ts';
import { sealHookSecrets, type HookSecrets } from '../shared/hook-secrets.ts';
import { buildHook, type BuildHookOptions } from './build-hook.ts';

/** What an author gives of a hook. */
export type HookInput = Pick<HookRevisionInput, 'hook_id' | 'code' | 'egress' | 'on_failure'> & {
  dependencies?: Record<string, string>;
  secrets?: HookSecrets;
  limits?: Partial<HookLimits>;
};

/**
 * Makes the content of a revision: bundles the code with its modules and seals its secrets.
 *
 * @param secretsKey The key that hook-executors have as HOOKMINT_HOOK_SECRETS_KEY.
 * @throws HookBuildError
 */
export async function makeRevision(
  { hook_id, code, dependencies = {}, secrets = {}, limits = {}, ...policies }: HookInput,
  { secretsKey, ...options }: BuildHookOptions & { secretsKey: Buffer },
): Promise<HookRevisionInput> {
  const { kind, script, sourceMap, modules } = await buildHook({ code, dependencies }, options);
  return {
    ...policies,
    hook_id,
    kind,
    code,
    dependencies,
    build: sourceMap === null ? null : { script, source_map: sourceMap, modules },
    secrets: Object.keys(secrets).length === 0 ? null : await sealHookSecrets(secrets, hook_id, secretsKey),
    limits: { ...DEFAULT_HOOK_LIMITS, ...limits },
  };
}
