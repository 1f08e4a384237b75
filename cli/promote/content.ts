import { z } from 'zod';
import { HookCheck, MAX_HOOK_CHECKS, MAX_HOOK_CHECKS_BYTES } from '../../shared/domain/hook-check.ts';
import { MAX_HOOK_CODE_BYTES } from '../../shared/domain/hook.ts';
import { MAX_HOOK_SECRETS } from '../../shared/hook-secrets.ts';
import type { ApiClient } from '../api-client.ts';
import type { RemoteHook } from '../hook/remote-hooks.ts';

/** More is no setting that hookmint has. */
const MAX_SETTINGS_BYTES = 65_536;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value ?? null));
const Setting = z.unknown().refine((value) => bytesOf(value) <= MAX_SETTINGS_BYTES, 'is too long');

/** What of a revision is promoted. The other hookmint's answer is bounded as a text of anybody: the target reads it as of any author. */
const Content = z.object({
  script: z
    .string()
    .refine((script) => Buffer.byteLength(script) <= MAX_HOOK_CODE_BYTES, 'is longer than the code of any hook'),
  dependencies: Setting,
  limits: Setting,
  egress: Setting,
  on_failure: Setting,
  isolation: Setting,
  language: Setting,
  contract: Setting,
  modules: z.array(z.object({ name: z.string().max(256), version: z.string().max(256) })).max(1_000),
  checks: z
    .array(HookCheck)
    .max(MAX_HOOK_CHECKS)
    .refine((checks) => bytesOf(checks) <= MAX_HOOK_CHECKS_BYTES, 'are longer than checks of any hook'),
  /** Names. */
  secrets: z.array(z.string().min(1).max(128)).max(MAX_HOOK_SECRETS),
});
export type Content = z.infer<typeof Content>;

export const readContent = (api: ApiClient, { id }: RemoteHook, revision: string): Promise<Content> =>
  api.read(Content, 'GET', `/hooks/${encodeURIComponent(id)}/revisions/${encodeURIComponent(revision)}`);

/** As the API takes it, for a hook or a draft: all members, so that nothing of what was there stays by being left out. */
export function bodyOf({
  script,
  dependencies,
  checks,
  limits,
  egress,
  on_failure,
  isolation,
  language,
  contract,
}: Content) {
  return {
    script,
    dependencies,
    hookmint: { limits, egress, on_failure, isolation, language, contract, checks },
  };
}

export const settingsOf = ({ dependencies, limits, egress, on_failure, isolation, language, contract }: Content) => ({
  contract,
  language,
  dependencies,
  limits,
  egress,
  on_failure,
  isolation,
});
