import { isHeaderValue, type SecretReference } from '../../../shared/domain/webhooks/values.ts';
import { WebhookError, type SecretOf } from './webhook.ts';

/** The value of a header, in the clear. */
export function headerValue(value: string | SecretReference, secretOf: SecretOf): string {
  if (typeof value === 'string') return value;
  const text = secretOf(value);
  if (!isHeaderValue(text)) throw new WebhookError(`the secret ${value.secret} is nothing that a header can have`);
  return text;
}
