import { randomUUID } from 'node:crypto';
import type { HookArguments } from '../../../shared/domain/hook-arguments.ts';
import { KEPT_HEADERS, type Wso2Webhook } from '../../../shared/domain/webhooks/wso2.ts';
import { answerJson, isObject, isText } from './answer-json.ts';
import { headerValue } from './header-value.ts';
import { grantTypeOf, subjectOf } from './speaks-for.ts';
import { WebhookError, type Decision, type SecretOf, type Webhook } from './webhook.ts';
import { appliedOperations } from './wso2-operations.ts';

// WSO2's pre-issue access token action (its documentation, and the Actions API); docs/from-wso2.md has what differs.

/** WSO2 sends a request again, twice, where there was no answer. */
const REPEATS = { most: 2, pauseMs: 0, ofStatus: () => false };

/** What acts here, of what WSO2 allows. */
const ALLOWED_OPERATIONS = [
  { op: 'add', paths: ['/accessToken/claims/', '/accessToken/scopes/'] },
  { op: 'remove', paths: ['/accessToken/scopes/'] },
  { op: 'replace', paths: ['/accessToken/scopes/'] },
];

export function wso2Webhook({ endpoint }: Wso2Webhook, secretOf: SecretOf): Webhook {
  const credentials = credentialsOf(endpoint.authentication, secretOf);
  return {
    url: endpoint.uri,
    repeats: REPEATS,
    request: (args) => ({
      headers: [['content-type', 'application/json']],
      credentials,
      body: JSON.stringify({
        requestId: randomUUID(),
        actionType: 'PRE_ISSUE_ACCESS_TOKEN',
        event: eventOf(args, endpoint),
        allowedOperations: ALLOWED_OPERATIONS,
      }),
    }),
    decide: (answer, { scope = [] }): Decision => {
      if (answer.status !== 200) throw new WebhookError(`the endpoint answered ${String(answer.status)}`);
      const told = answerJson(answer);
      if (!isObject(told)) throw new WebhookError('the answer is no JSON object');
      const { actionStatus, operations = [] } = told;
      if (actionStatus === 'FAILED') return { denied: refusalIn(told) };
      if (actionStatus !== 'SUCCESS') throw new WebhookError("the answer's actionStatus is neither SUCCESS nor FAILED");
      if (!Array.isArray(operations)) throw new WebhookError("the answer's operations must be a list");
      return appliedOperations(operations, scope);
    },
  };
}

function credentialsOf(
  authentication: Wso2Webhook['endpoint']['authentication'],
  secretOf: SecretOf,
): [string, string][] {
  switch (authentication.type) {
    case 'NONE':
      return [];
    case 'BASIC': {
      const { username, password } = authentication.properties;
      const pair = `${isText(username) ? username : secretOf(username)}:${secretOf(password)}`;
      return [['authorization', `Basic ${Buffer.from(pair).toString('base64')}`]];
    }
    case 'BEARER':
      return [['authorization', `Bearer ${headerValue(authentication.properties.accessToken, secretOf)}`]];
    case 'API_KEY':
      return [[authentication.properties.header, headerValue(authentication.properties.value, secretOf)]];
  }
}

function eventOf(args: HookArguments, { allowedHeaders, allowedParameters }: Wso2Webhook['endpoint']) {
  const { client, scope = [], audience, body, request, token } = args;
  const listed = (entries: [string, unknown][]) =>
    entries.flatMap(([name, value]) => (isText(value) ? [{ name, value: [value] }] : []));
  const headers = allowedHeaders.map((name): [string, unknown] => {
    const known = name.toLowerCase() as keyof typeof KEPT_HEADERS;
    return [name, request[KEPT_HEADERS[known]]];
  });
  const parameters = allowedParameters
    .filter((name) => Object.hasOwn(body, name))
    .map((name): [string, unknown] => [name, body[name]]);
  const claims = {
    iss: token?.issuer ?? '',
    client_id: client.id,
    aut: args.subject === undefined ? 'APPLICATION' : 'APPLICATION_USER',
    expires_in: token?.lifetime_seconds ?? 0,
    aud: [audience],
    sub: subjectOf(args),
  };
  return {
    request: {
      clientId: client.id,
      grantType: grantTypeOf(args),
      scopes: request.requested_scopes.length === 0 ? scope : request.requested_scopes,
      additionalHeaders: listed(headers),
      additionalParams: listed(parameters),
    },
    tenant: { id: client.tenant, name: client.tenant },
    accessToken: {
      tokenType: 'JWT',
      scopes: scope,
      claims: Object.entries(claims).map(([name, value]) => ({ name, value })),
    },
  };
}

function refusalIn({ failureReason: reason, failureDescription: description = reason }: Record<string, unknown>) {
  if (!isText(reason) || reason === 'server_error')
    throw new WebhookError('the answer is FAILED, and its failureReason is none');
  if (!isText(description)) throw new WebhookError("the answer's failureDescription must be a text");
  return { name: reason, message: description };
}
