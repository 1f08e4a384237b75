import { DEFAULT_HOOK_LIMITS, type HookLimits } from '../../shared/domain/hook.ts';
import { configChangedSubject } from '../../shared/subjects/config-changed.ts';
import { deployRevision } from './deploy-revision.ts';
import { TENANT, type Stack } from './stack.ts';
import { addApi } from './tenant-fixtures.ts';
import { requestToken } from './token-request.ts';

const HEARD_WITHIN_MS = 30_000;
let lastCanary = 0;

/** Enables a hook and resolves as soon as the gateway uses it. */
export async function enableHook(
  stack: Stack,
  code: string,
  limits: Partial<HookLimits> = {},
  hook_id = 'test-hook',
): Promise<void> {
  await deployRevision(await stack.db(), { hook_id, code, limits: { ...DEFAULT_HOOK_LIMITS, ...limits } });
  await announce(stack);
}

/**
 * Announces a change, and waits until the gateway sees an API that is new with it: then it sees all that was written before.
 * (The API has no grant, so no hook runs for it.)
 */
export async function announce(stack: Stack): Promise<void> {
  const identifier = `urn:canary:${String(++lastCanary)}`;
  // So that the gateway knows it as missing until it hears of the change.
  await requestToken(stack, { audience: identifier });
  await addApi(stack, { id: 'canary', identifier });
  const bus = await stack.bus();
  bus.publish(configChangedSubject(TENANT), JSON.stringify({ collection: 'test', time_ms: Date.now() }));
  const untilMs = Date.now() + HEARD_WITHIN_MS;
  while (Date.now() < untilMs) {
    const { body } = await requestToken(stack, { audience: identifier });
    if (String(body.error_description).startsWith('Client is not authorized to access')) return;
  }
  throw new Error('the gateway does not hear of changes');
}
