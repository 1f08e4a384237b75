import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { EgressError } from '../egress/http-exchange.ts';
import { askEndpoint, type EndpointServices } from './ask-endpoint.ts';
import type { Webhook, WebhookAnswer, WebhookRequest } from './webhook.ts';

/** Asks as often, and follows redirects as far, as the contract has it; without a word of it once, and none. */
export async function askWebhook(
  webhook: Webhook,
  request: WebhookRequest,
  services: EndpointServices,
): Promise<WebhookAnswer> {
  const { most, pauseMs, ofStatus } = webhook.repeats ?? { most: 0, pauseMs: 0, ofStatus: () => false };
  for (let left = most; ; left--) {
    const isLast = left === 0 || performance.now() + pauseMs >= services.untilMs;
    try {
      const answer = await followed(webhook, request, services);
      if (isLast || !ofStatus(answer.status)) return answer;
    } catch (error) {
      if (isLast || !(error instanceof EgressError) || error.code !== 'EGRESS_FAILED') throw error;
    }
    await delay(pauseMs, undefined, { ref: false });
  }
}

const KEEPING_METHOD = [307, 308];
const TO_GET = [301, 302, 303];

async function followed(
  { url: first, redirects = 0 }: Webhook,
  asked: WebhookRequest,
  services: EndpointServices,
): Promise<WebhookAnswer> {
  let url = first;
  let request = asked;
  for (let left = redirects; ; left--) {
    const answer = await askEndpoint(url, request, services);
    const next = URL.parse(answer.location ?? '', url);
    const isFollowed = [...KEEPING_METHOD, ...TO_GET].includes(answer.status) && left > 0;
    if (!isFollowed || next === null || answer.location === undefined || isUnsafe(new URL(url), next)) return answer;
    if (TO_GET.includes(answer.status)) request = { headers: [], credentials: request.credentials };
    // Who is sent elsewhere is not who was to be shown the key.
    if (next.origin !== new URL(url).origin) request = { ...request, credentials: [] };
    url = next.href;
  }
}

function isUnsafe(from: URL, to: URL): boolean {
  return (from.protocol === 'https:' && to.protocol !== 'https:') || to.username !== '' || to.password !== '';
}
