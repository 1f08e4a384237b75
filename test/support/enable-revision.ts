import type { HookRevisionInput } from '../../shared/domain/hook.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { announce } from './enable-hook.ts';
import type { Stack } from './stack.ts';

/** Enables a revision as it is, and resolves as soon as the gateway uses it. */
export async function enableRevision(stack: Stack, content: HookRevisionInput): Promise<void> {
  const hooks = hooksIn(await stack.db());
  const revision = await hooks.putRevision(content);
  const { hook_id } = content;
  await hooks.bind({ trigger_id: 'credentials-exchange', hook_id, hook_name: hook_id, revision });
  await announce(stack);
}
