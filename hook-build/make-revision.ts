import type { HookKind } from '../shared/domain/contracts.ts';
import {
  DEFAULT_HOOK_LIMITS,
  type HookLanguage,
  type HookLimits,
  type HookRevisionInput,
} from '../shared/domain/hook.ts';
import { sealHookSecrets, type HookSecrets } from '../shared/hook-secrets.ts';
import { buildHook, type BuildHookOptions } from './build-hook.ts';
import type { BuiltHook } from './built-hook.ts';
import { builtWebhook } from './built-webhook.ts';
import type { HookSource } from './hook-source.ts';

/** What an author gives of a hook. */
export type HookInput = Pick<HookRevisionInput, 'hook_id' | 'code' | 'egress' | 'on_failure'> & {
  language?: HookLanguage | undefined;
  contract?: HookKind | undefined;
  dependencies?: Record<string, string>;
  secrets?: HookSecrets;
  limits?: Partial<HookLimits>;
};

export type MakeRevisionOptions = BuildHookOptions & {
  /** The key that hook-executors have as HOOKMINT_HOOK_SECRETS_KEY. */
  secretsKey: Buffer;
  /** Builds elsewhere, in the place of processes of this machine. */
  build?: (source: HookSource) => Promise<BuiltHook>;
};

/**
 * Makes the content of a revision: bundles the code with its modules and seals its secrets.
 *
 * @throws HookBuildError
 */
export async function makeRevision(
  { hook_id, code, language, contract, dependencies = {}, secrets = {}, limits = {}, ...policies }: HookInput,
  { secretsKey, build = (source) => buildHook(source, options), ...options }: MakeRevisionOptions,
): Promise<HookRevisionInput> {
  const source = { code, language, contract, dependencies };
  const { kind, script, sourceMap, modules } = builtWebhook(source) ?? (await build(source));
  return {
    ...policies,
    hook_id,
    kind,
    code,
    dependencies,
    build: sourceMap === null ? null : { script, source_map: sourceMap, modules },
    secrets: Object.keys(secrets).length === 0 ? null : await sealHookSecrets(secrets, hook_id, secretsKey),
    limits: { ...DEFAULT_HOOK_LIMITS, ...limits },
    ...(language === 'typescript' ? { language } : {}),
  };
}
