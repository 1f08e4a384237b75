import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { openManagement, type ApiAnswer, type Management } from '../support/management.ts';
import type { Stack, StackOptions } from '../support/stack.ts';
import { addApi } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

export type Json = Record<string, unknown>;
export type Made = Json & { id: string; name: string };

export const API = 'https://actions.example.com/';
const SCOPES = ['read', 'write'];
export const TRIGGERS = [{ id: 'credentials-exchange', version: 'v2' }];
const BINDINGS = '/actions/triggers/credentials-exchange/bindings';

/** An Action with a body. */
export const code = (body: string): string =>
  `exports.onExecuteCredentialsExchange = async (event, api) => {\n${body}\n};`;
/** An Action that sets a claim. */
export const claim = (name: string, value: unknown): string =>
  code(`api.accessToken.setCustomClaim(${JSON.stringify(name)}, ${JSON.stringify(value)});`);

export const errorOf = ({ status, body }: ApiAnswer): Json => ({ status, ...(body as Json) });
export const badRequest = (errorCode: string, message: string) => ({
  status: 400,
  statusCode: 400,
  error: 'Bad Request',
  message,
  errorCode,
});
export const invalid = (message: string) => badRequest('invalid_body', `Payload validation error: ${message}`);

/** A stack with an API of two scopes, and what tests of Actions do with it. */
export function withActions(options: StackOptions = {}) {
  let management: Management | undefined;
  const stack = withStack({ hook: null, ...options }, async (started: Stack) => {
    await addApi(started, { identifier: API, scopes: SCOPES.map((value) => ({ value })) }, SCOPES);
    management = await openManagement(started);
  });
  let made = 0;

  function call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer> {
    if (management === undefined) throw new Error('the stack is not started yet');
    return management.call(method, path, body, headers);
  }

  /** Calls, and gives the body of an answer that has the status expected. */
  async function must(status: number, method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await call(method, path, body);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    return answer.body as Json;
  }

  const ask = (parameters: Record<string, string> = {}) => requestToken(stack(), { audience: API, ...parameters });

  return {
    stack,
    call,
    must,
    ask,
    create: async (more: Json = {}): Promise<Made> => {
      const name = `Action ${String(++made)}`;
      const body = { name, supported_triggers: TRIGGERS, code: claim('made', name), ...more };
      return (await must(201, 'POST', '/actions/actions', body)) as Made;
    },
    deploy: (id: string) => must(202, 'POST', `/actions/actions/${id}/deploy`),
    bindTo: (...ids: string[]) =>
      must(200, 'PATCH', BINDINGS, { bindings: ids.map((value) => ({ ref: { type: 'action_id', value } })) }),
    /** Scope and custom claims of a token that is asked for now. */
    shaped: async (parameters: Record<string, string> = {}): Promise<Json> => {
      const { status, body } = await ask(parameters);
      assert.equal(status, 200, JSON.stringify(body));
      const { iss, sub, aud, iat, exp, azp, gty, ...rest } = decodeJwt(body.access_token as string);
      assert.ok(iss && sub && aud && iat && exp && azp && gty);
      return rest;
    },
  };
}
