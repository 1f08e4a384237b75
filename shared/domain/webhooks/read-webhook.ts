import type { z } from 'zod';
import { messageOf } from '../../errors.ts';
import { CONTRACTS, isWebhookKind, kindNamed, WEBHOOK_KINDS, type HookKind, type WebhookKind } from '../contracts.ts';
import { HydraWebhook } from './hydra.ts';
import { OktaWebhook } from './okta.ts';
import { StandardWebhook } from './standard.ts';
import { Wso2Webhook } from './wso2.ts';

const CONFIGURATIONS = {
  webhook: StandardWebhook,
  'hydra-webhook': HydraWebhook,
  'wso2-webhook': Wso2Webhook,
  'okta-webhook': OktaWebhook,
} as const satisfies Record<WebhookKind, z.ZodType>;

/** The configuration of a webhook, by its contract. */
export type WebhookOf<Kind extends WebhookKind = WebhookKind> = {
  [One in Kind]: { kind: One; configuration: z.infer<(typeof CONFIGURATIONS)[One]> };
}[Kind];

/** Why a file is no webhook that can be asked, for its author. It has no value of the file. */
export class WebhookInvalid extends Error {
  override readonly name = 'WebhookInvalid';
}

/**
 * Reads a webhook's file: JSON with a member `contract`, or with the members of the contract that is given.
 *
 * @param given The contract, where it is told beside the file.
 * @returns `undefined` for what is code.
 * @throws {WebhookInvalid}
 */
export function readWebhook(text: string, given?: HookKind): WebhookOf | undefined {
  const isGiven = given !== undefined && isWebhookKind(given);
  const found = objectIn(text);
  if (found === undefined || (!isGiven && found.contract === undefined)) {
    if (isGiven) throw new WebhookInvalid(`no JSON object: ${CONTRACTS[given].form}`);
    return undefined;
  }
  const said =
    found.contract === undefined ? given : kindNamed(typeof found.contract === 'string' ? found.contract : '');
  if (said === undefined || !isWebhookKind(said)) {
    const all = WEBHOOK_KINDS.map((kind) => CONTRACTS[kind].name).join(', ');
    throw new WebhookInvalid(`contract: must be one of ${all}`);
  }
  if (given !== undefined && given !== said)
    throw new WebhookInvalid(`contract: is ${CONTRACTS[said].name}, and ${CONTRACTS[given].name} was asked for`);
  const parsed = CONFIGURATIONS[said].safeParse(found);
  if (parsed.success) return { kind: said, configuration: parsed.data } as WebhookOf;
  const [issue] = parsed.error.issues;
  const { path = [], message = '' } = issue ?? {};
  // Of a name in a record the reason is within.
  const reason = issue?.code === 'invalid_key' ? (issue.issues[0]?.message ?? message) : message;
  throw new WebhookInvalid([path.join('.'), reason].filter(Boolean).join(': '));
}

/** No code begins so: a label is no text. */
const JSON_BEGINS = /^\s*\{\s*"[^"\n]{0,200}"\s*:/;

function objectIn(text: string): Record<string, unknown> | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    if (!JSON_BEGINS.test(text)) return undefined;
    // Of the message no more than the place: it quotes the text.
    const place = /\(line \d+ column \d+\)$/.exec(messageOf(error))?.[0];
    throw new WebhookInvalid(`the file is no JSON${place === undefined ? '' : ` ${place}`}`);
  }
}
