import { readWebhook } from '../../../shared/domain/webhooks/read-webhook.ts';
import type { HookSecrets } from '../../../shared/hook-secrets.ts';
import type { HookRevision } from '../../../shared/domain/hook.ts';
import { standardWebhook } from './standard.ts';
import { WebhookError, type SecretOf, type Webhook } from './webhook.ts';

/**
 * A revision's webhook, with its secrets in the clear.
 *
 * @throws {WebhookError | WebhookInvalid} where it cannot be asked.
 */
export function openWebhook({ code, kind }: Pick<HookRevision, 'code' | 'kind'>, secrets: HookSecrets): Webhook {
  const read = readWebhook(code, kind);
  if (read === undefined) throw new WebhookError('the revision is no webhook');
  return standardWebhook(read.configuration, ofSecrets(secrets));
}

function ofSecrets(secrets: HookSecrets): SecretOf {
  return ({ secret }) => {
    const value = Object.hasOwn(secrets, secret) ? secrets[secret] : undefined;
    if (value === undefined) throw new WebhookError(`the hook has no secret ${secret}`);
    return value;
  };
}
