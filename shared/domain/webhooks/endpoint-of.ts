import { readWebhook, WebhookInvalid } from './read-webhook.ts';

/** Where a webhook's file has it that requests go. @throws {WebhookInvalid} */
export function endpointOf(text: string): string {
  const read = readWebhook(text);
  if (read === undefined) throw new WebhookInvalid('the file is no webhook');
  switch (read.kind) {
    case 'wso2-webhook':
      return read.configuration.endpoint.uri;
    case 'okta-webhook':
      return read.configuration.uri;
    default:
      return read.configuration.url;
  }
}
