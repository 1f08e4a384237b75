import { readWebhook, WebhookInvalid } from './read-webhook.ts';

/** Where a webhook's file has it that requests go. @throws {WebhookInvalid} */
export function endpointOf(text: string): string {
  const read = readWebhook(text);
  if (read === undefined) throw new WebhookInvalid('the file is no webhook');
  return read.kind === 'wso2-webhook' ? read.configuration.endpoint.uri : read.configuration.url;
}
