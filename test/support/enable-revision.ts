import { setTimeout as delay } from 'node:timers/promises';
import type { HookRevisionInput } from '../../shared/domain/hook.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { configChangedSubject } from '../../shared/subjects/config-changed.ts';
import { TENANT, type Stack } from './stack.ts';
import { addApi } from './tenant-fixtures.ts';
import { requestToken } from './token-request.ts';

const HEARD_WITHIN_MS = 5_000;
let lastCanary = 0;

/** Enables a revision as it is, and resolves as soon as the gateway uses it. */
export async function enableRevision(stack: Stack, content: HookRevisionInput): Promise<void> {
  const hooks = hooksIn(await stack.db());
  const revision = await hooks.putRevision(content);
  const { hook_id } = content;
  await hooks.bind({ trigger_id: 'credentials-exchange', hook_id, hook_name: hook_id, revision });
  // An API that is new with the change: who sees it, sees all that was written before. It has no grant, so no hook runs for it.
  const identifier = `urn:canary:revision:${String(++lastCanary)}`;
  await requestToken(stack, { audience: identifier });
  await addApi(stack, { id: 'canary', identifier });
  const bus = await stack.bus();
  bus.publish(configChangedSubject(TENANT), JSON.stringify({ collection: 'test', time_ms: Date.now() }));
  const untilMs = Date.now() + HEARD_WITHIN_MS;
  while (Date.now() < untilMs) {
    const { body } = await requestToken(stack, { audience: identifier });
    if (String(body.error_description).startsWith('Client is not authorized to access')) return;
    await delay(2);
  }
  throw new Error('the gateway does not hear of changes');
}
