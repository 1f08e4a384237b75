import { readWebhook } from '../../../shared/domain/webhooks/read-webhook.ts';
import type { HookSecrets } from '../../../shared/hook-secrets.ts';
import type { HookRevision } from '../../../shared/domain/hook.ts';
import { hydraWebhook } from './hydra.ts';
import { oktaWebhook } from './okta.ts';
import { standardWebhook } from './standard.ts';
import { WebhookError, type SecretOf, type Webhook } from './webhook.ts';
import { wso2Webhook } from './wso2.ts';

/**
 * A revision's webhook, with its secrets in the clear.
 *
 * @throws {WebhookError | WebhookInvalid} where it cannot be asked.
 */
export function openWebhook({ code, kind }: Pick<HookRevision, 'code' | 'kind'>, secrets: HookSecrets): Webhook {
  const read = readWebhook(code, kind);
  if (read === undefined) throw new WebhookError('the revision is no webhook');
  const secretOf = ofSecrets(secrets);
  switch (read.kind) {
    case 'webhook':
      return standardWebhook(read.configuration, secretOf);
    case 'hydra-webhook':
      return hydraWebhook(read.configuration, secretOf);
    case 'okta-webhook':
      return oktaWebhook(read.configuration, secretOf);
    case 'wso2-webhook':
      return wso2Webhook(read.configuration, secretOf);
  }
}

function ofSecrets(secrets: HookSecrets): SecretOf {
  return ({ secret }) => {
    const value = Object.hasOwn(secrets, secret) ? secrets[secret] : undefined;
    if (value === undefined) throw new WebhookError(`the hook has no secret ${secret}`);
    return value;
  };
}
