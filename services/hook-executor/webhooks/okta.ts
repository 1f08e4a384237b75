import { randomUUID } from 'node:crypto';
import type { HookArguments } from '../../../shared/domain/hook-arguments.ts';
import type { OktaWebhook } from '../../../shared/domain/webhooks/okta.ts';
import { answerJson, isObject, isText } from './answer-json.ts';
import { headerValue } from './header-value.ts';
import { patched } from './okta-patch.ts';
import { subjectOf } from './speaks-for.ts';
import { WebhookError, type Decision, type SecretOf, type Webhook } from './webhook.ts';

// Okta's token inline hook (its documentation, "Token inline hook reference"); docs/from-okta.md has what differs.

const PATCH = 'com.okta.access.patch';
const EVENT_TYPE = 'com.okta.oauth2.tokens.transform';
/** Parameters that prove something of somebody. */
const CREDENTIALS = ['client_secret', 'client_assertion', 'assertion', 'subject_token', 'actor_token'];
const NO_SUMMARY = 'The callback service returned an error';

export function oktaWebhook({ uri, headers, authScheme }: OktaWebhook, secretOf: SecretOf): Webhook {
  const credentials = [...headers, ...(authScheme === undefined ? [] : [authScheme])].map(
    ({ key, value }): [string, string] => [key, headerValue(value, secretOf)],
  );
  return {
    url: uri,
    request: (args) => ({
      headers: [['content-type', 'application/json']],
      credentials,
      body: JSON.stringify(eventOf(args, uri)),
    }),
    decide: (answer, args): Decision => {
      if (answer.status === 204) return { scope: args.scope, claims: {} };
      if (answer.status !== 200) throw new WebhookError(`the endpoint answered ${String(answer.status)}`);
      const told = answerJson(answer);
      if (!isObject(told)) throw new WebhookError('the answer is no JSON object');
      const { error, commands = [] } = told;
      if (error !== undefined && error !== null) return { denied: { name: 'Error', message: summaryOf(error) } };
      if (!Array.isArray(commands)) throw new WebhookError("the answer's commands must be a list");
      return patched(commands.flatMap(operationsIn), claimsOf(args));
    },
  };
}

function summaryOf(error: unknown): string {
  if (!isObject(error)) throw new WebhookError("the answer's error must be an object");
  return isText(error.errorSummary) && error.errorSummary !== '' ? error.errorSummary : NO_SUMMARY;
}

/** Those on the access token; there is no ID token that others could be on. */
function operationsIn(command: unknown): unknown[] {
  if (!isObject(command)) throw new WebhookError('a command of the answer is no object');
  const { type, value = [] } = command;
  if (type !== PATCH) return [];
  if (!Array.isArray(value)) throw new WebhookError("a command's value must be a list");
  return value;
}

/** The claims of the token, as Okta calls them. */
function claimsOf(args: HookArguments): Record<string, unknown> {
  const { client, scope = [], audience, token } = args;
  return { ver: 1, iss: token?.issuer ?? '', aud: audience, cid: client.id, sub: subjectOf(args), scp: scope };
}

function eventOf(args: HookArguments, source: string) {
  const { client, scope = [], body, request, token } = args;
  const issuer = token?.issuer ?? '';
  const asked = Object.fromEntries(
    ['grant_type', 'scope'].flatMap((name) => (isText(body[name]) ? [[name, body[name]]] : [])),
  ) as Record<string, string>;
  return {
    source,
    eventId: randomUUID(),
    eventTime: new Date().toISOString(),
    eventTypeVersion: '1.0',
    cloudEventVersion: '0.1',
    contentType: 'application/json',
    eventType: EVENT_TYPE,
    data: {
      context: {
        request: {
          id: randomUUID(),
          method: request.method,
          url: { value: addressOf(issuer, body) },
          ...(request.ip === undefined ? {} : { ipAddress: request.ip }),
        },
        protocol: {
          type: 'OAUTH2.0',
          request: { ...asked, client_id: client.id },
          issuer: { uri: issuer },
          client: { id: client.id, name: client.name, type: 'CONFIDENTIAL' },
        },
      },
      access: {
        claims: claimsOf(args),
        token: { lifetime: { expiration: token?.lifetime_seconds ?? 0 } },
        scopes: Object.fromEntries(scope.map((name) => [name, { id: name, action: 'GRANT' }])),
      },
    },
  };
}

/** The token endpoint, with the parameters of the request in the place of those that Okta's clients put into its query. */
function addressOf(issuer: string, body: Record<string, unknown>): string {
  const url = URL.parse('oauth/token', issuer.endsWith('/') ? issuer : `${issuer}/`);
  if (url === null) return '';
  for (const [name, value] of Object.entries(body)) {
    if (isText(value) && !CREDENTIALS.includes(name)) url.searchParams.append(name, value);
  }
  return url.href;
}
