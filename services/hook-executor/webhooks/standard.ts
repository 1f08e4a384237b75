import { createHmac, randomUUID } from 'node:crypto';
import type { StandardWebhook } from '../../../shared/domain/webhooks/standard.ts';
import { answerJson, areTexts, isObject, isText } from './answer-json.ts';
import { headerValue } from './header-value.ts';
import { WebhookError, type Decision, type SecretOf, type Webhook } from './webhook.ts';

// Standard Webhooks 1.0.0: signatures and headers; docs/webhooks.md has what is sent and what may be answered.

const SECRET_PREFIX = 'whsec_';
/** Standard Webhooks, "Symmetric": a secret has 24 to 64 bytes. */
const [MIN_SECRET_BYTES, MAX_SECRET_BYTES] = [24, 64];
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const ANSWERS = ['claims', 'scope'];
const REFUSALS = ['error', 'error_description'];
const ERRORS = ['access_denied', 'invalid_request', 'invalid_scope'];

/** hookmint's own contract: the hook's arguments, signed; claims and scopes, or an OAuth error. */
export function standardWebhook({ url, secret, headers }: StandardWebhook, secretOf: SecretOf): Webhook {
  const keys = [secret].flat().map((reference) => signingKey(reference.secret, secretOf(reference)));
  const own = Object.entries(headers).map(([name, value]): [string, string] => [name, headerValue(value, secretOf)]);
  return {
    url,
    request: (data) => {
      const now = new Date();
      const id = `msg_${randomUUID()}`;
      const timestamp = String(Math.floor(now.getTime() / 1_000));
      const body = JSON.stringify({ type: 'token.requested', timestamp: now.toISOString(), data });
      const signatures = keys.map((key) => `v1,${signature(key, `${id}.${timestamp}.${body}`)}`);
      return {
        headers: [
          ['content-type', 'application/json'],
          ['webhook-id', id],
          ['webhook-timestamp', timestamp],
          ['webhook-signature', signatures.join(' ')],
        ],
        credentials: own,
        body,
      };
    },
    decide: (answer, { scope: granted }) => {
      if (answer.status === 204) return { scope: granted, claims: {} };
      if (answer.status !== 200) throw new WebhookError(`the endpoint answered ${String(answer.status)}`);
      return decisionIn(answerJson(answer), granted);
    },
  };
}

function decisionIn(answer: unknown, granted: string[] | undefined): Decision {
  if (!isObject(answer)) throw new WebhookError('the answer is no JSON object');
  const names = Object.keys(answer);
  if ('error' in answer) {
    const { error, error_description: message = error } = answer;
    if (!isText(error) || !ERRORS.includes(error))
      throw new WebhookError(`the answer's error must be one of ${ERRORS.join(', ')}`);
    if (!isText(message)) throw new WebhookError("the answer's error_description must be a text");
    mustBeOf(names, REFUSALS);
    return { denied: { name: error, message } };
  }
  mustBeOf(names, ANSWERS);
  const { claims = {}, scope = granted } = answer;
  if (!isObject(claims)) throw new WebhookError("the answer's claims must be an object");
  if (scope !== undefined && !areTexts(scope)) throw new WebhookError("the answer's scope must be a list of texts");
  return { scope, claims };
}

/** A member that is misspelt would be ignored without a word. */
function mustBeOf(names: readonly string[], known: readonly string[]): void {
  if (names.some((name) => !known.includes(name)))
    throw new WebhookError(`the answer has a member beside ${known.join(' and ')}`);
}

function signingKey(name: string, value: string): Buffer {
  const text = value.startsWith(SECRET_PREFIX) ? value.slice(SECRET_PREFIX.length) : '';
  const key = Buffer.from(text, 'base64');
  if (!BASE64.test(text) || key.length < MIN_SECRET_BYTES || key.length > MAX_SECRET_BYTES)
    throw new WebhookError(`the secret ${name} must be whsec_ and 24 to 64 bytes in base64`);
  return key;
}

const signature = (key: Buffer, content: string): string => createHmac('sha256', key).update(content).digest('base64');
