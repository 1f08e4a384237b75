import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { Stack } from './stack.ts';

/** A tenant that a stack serves beside its own. */
export type MadeTenant = {
  name: string;
  /** With a slash at the end. */
  issuer: string;
  management: { audience: string; client_id: string; client_secret: string };
};

export type Answer = { status: number; headers: Record<string, unknown>; body: Record<string, unknown> };

/** A request as a client of the issuer sends it: to the stack, whatever host the issuer has. */
export function askAt(
  stack: Pick<Stack, 'url'>,
  issuer: string,
  path: string,
  { method = 'GET', body, headers = {} }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { host, pathname } = new URL(issuer);
  const { hostname, port } = new URL(stack.url);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const type =
    text === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, path: `${pathname}${path}`, method, headers: { host, ...type, ...headers } },
      (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (answer += chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: (answer === '' ? {} : JSON.parse(answer)) as Record<string, unknown>,
          }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

/** The operator's API of a stack, called as the first client of its own tenant. */
export async function openOperator(stack: Stack) {
  const { body } = await askAt(stack, `${stack.url}/`, 'oauth/token', {
    method: 'POST',
    body: {
      grant_type: 'client_credentials',
      audience: `${stack.url}/operator/v1/`,
      client_id: stack.managementClientId,
      client_secret: stack.managementClientSecret,
    },
  });
  assert.ok(typeof body.access_token === 'string', JSON.stringify(body));
  const headers = { authorization: `Bearer ${body.access_token}` };
  const call = (method: string, path: string, sent?: unknown): Promise<Answer> =>
    askAt(stack, `${stack.url}/`, `operator/v1/${path}`, { method, body: sent, headers });
  return {
    call,
    make: async (name: string, issuer?: string): Promise<MadeTenant> => {
      const made = await call('POST', 'tenants', { name, ...(issuer === undefined ? {} : { issuer }) });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      return made.body as unknown as MadeTenant;
    },
  };
}

/** The Management API of a tenant, called as its first client. */
export async function openTenantManagement(stack: Stack, { issuer, management }: MadeTenant) {
  const { audience, ...client } = management;
  const { body } = await tokenAt(stack, issuer, { ...client, audience });
  assert.ok(typeof body.access_token === 'string', JSON.stringify(body));
  const token = body.access_token;
  return {
    token,
    call: (method: string, path: string, sent?: unknown): Promise<Answer> =>
      askAt(stack, issuer, `api/v2/${path}`, { method, body: sent, headers: { authorization: `Bearer ${token}` } }),
  };
}

export const tokenAt = (
  stack: Pick<Stack, 'url'>,
  issuer: string,
  parameters: Record<string, unknown>,
): Promise<Answer> =>
  askAt(stack, issuer, 'oauth/token', { method: 'POST', body: { grant_type: 'client_credentials', ...parameters } });
