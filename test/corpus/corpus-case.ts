import type { HookInput } from '../../hook-build/make-revision.ts';
import { refusal } from '../support/post-token.ts';
import type { HookUpstream } from '../support/hook-upstream.ts';

export const ORDERS_API = 'https://orders.example.com/';
export const NO_SCOPES_API = 'https://no-scopes.example.com/';
export const GRANTED = ['read:orders', 'write:orders'];
/** The granted scopes as a token has them. */
export const SCOPE = GRANTED.join(' ');

export const CLIENT = {
  client_id: 'corpus-client',
  name: 'Orders service',
  client_metadata: { plan: 'full', tenants: '["north","south"]', limits: '{"per_hour":{"read":100}}' },
};
export const CLIENT_SECRET = 'the secret of the corpus client';
export const API_KEY = 'key-0123456789';

/** A claim of the namespace that most hooks use. */
export const claim = (name: string, value: unknown): Record<string, unknown> => ({
  [`https://orders.example.com/${name}`]: value,
});

/** What must come: all claims of the token but iss, sub, aud, azp, iat and exp, or the whole refusal. */
export type Expected = { token: Record<string, unknown> } | ReturnType<typeof refusal>;

/** A token with these custom claims and scopes. A regular expression stands for any text that it matches. */
export function token(claims: Record<string, unknown> = {}, scope?: string): Expected {
  return { token: { gty: 'client-credentials', ...claims, ...(scope === undefined ? {} : { scope }) } };
}

export const serverError = (description: string): Expected => refusal(500, 'server_error', description);
export const THREW = serverError('Script generated an unhandled synchronous exception.');
export const TIMED_OUT = serverError('Request to Webtask exceeded allowed execution time');
export const NOT_AN_OBJECT = serverError('The result of the extension point is not an object');
export const NOT_SERIALIZABLE = serverError('Error when JSON serializing the result of the extension point');

/** One token request, and what must come of it. */
export type Exchange = {
  /** Parameters beside those of every request. */
  send?: Record<string, string> | ((upstream: HookUpstream) => Record<string, string>);
  /** Sent as JSON, with these beside those of every request. */
  json?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** Default: {@link ORDERS_API}. */
  audience?: string;
  expect: Expected;
};

export type CorpusCase = Partial<Pick<HookInput, 'dependencies' | 'limits' | 'on_failure'>> & {
  /** Name of a file in hooks/, without `.js`. */
  hook: string;
  /** The hook calls the servers of the test: their address is allowed. */
  local?: true;
  /** Only these hosts may be called. */
  allowedHosts?: string[];
  /** Code of the error with which no revision is made of it. */
  refused?: string;
  /** One after the other; with `atOnce`, all at the same time. */
  exchanges: Exchange[];
  atOnce?: true;
  /** Later exchanges find what earlier ones left: `hookmint hook run`, which runs each in an isolate of its own, is asked the first alone. */
  keepsState?: true;
  /** What else must be seen when the answers are there. */
  afterwards?: (upstream: HookUpstream) => Promise<void>;
};

/** A case of one request without parameters of its own. */
export function once(hook: string, expect: Expected, more: Omit<CorpusCase, 'hook' | 'exchanges'> = {}): CorpusCase {
  return { hook, exchanges: [{ expect }], ...more };
}
