import type { WebhookKind } from '../../shared/domain/contracts.ts';
import type { ForeignHook } from './foreign-hook.ts';

/** What the key is called among the secrets, which the endpoint is shown. */
export const KEY_SECRET = 'HOOK_KEY';

/** The file of a webhook, as its author would have written it. */
export function webhookFile(
  kind: WebhookKind,
  members: object,
): Pick<ForeignHook, 'kind' | 'script' | 'language' | 'dependencies'> {
  const script = `${JSON.stringify({ contract: kind, ...members }, null, 2)}\n`;
  return { kind, script, language: 'javascript', dependencies: {} };
}
