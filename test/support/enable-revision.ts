import type { HookRevisionInput } from '../../shared/domain/hook.ts';
import { deployRevision } from './deploy-revision.ts';
import { announce } from './enable-hook.ts';
import type { Stack } from './stack.ts';

/** Enables a revision as it is, and resolves as soon as the gateway uses it. */
export async function enableRevision(stack: Stack, content: HookRevisionInput): Promise<void> {
  await deployRevision(await stack.db(), content);
  await announce(stack);
}
