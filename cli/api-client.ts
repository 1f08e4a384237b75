import { z } from 'zod';
import { messageOf } from '../shared/errors.ts';
import { UsageError } from '../shared/usage-error.ts';

/** The Management API of a running hookmint, as a command calls it. Paths are below `/api/v2`. */
export type ApiClient = {
  /** `https://host/`. */
  baseUrl: string;
  /**
   * @throws {ApiCallError} for every answer that is no success.
   */
  call: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** The answer as it arrives, for streams. */
  open: (path: string, signal: AbortSignal) => Promise<Response>;
};

/** An answer that is no success, in the API's own words. */
export class ApiCallError extends Error {
  override readonly name = 'ApiCallError';
  readonly status: number;
  readonly errorCode: string | undefined;

  constructor(what: string, status: number, body: z.infer<typeof ErrorBody>) {
    super(`${what}: ${String(status)} ${body.message}${body.errorCode === undefined ? '' : ` (${body.errorCode})`}`);
    this.status = status;
    this.errorCode = body.errorCode;
  }
}

const ErrorBody = z.object({ message: z.string(), errorCode: z.string().optional() });
const TokenAnswer = z.object({ access_token: z.string() });
const TokenError = z.object({ error: z.string(), error_description: z.string().optional() });

/** Times a call is tried again that the API had no time for. */
const MAX_ATTEMPTS = 5;

/** The variables that say where hookmint is and who calls; those of Auth0's own tools do as well. */
export const CONNECTION_HELP = `  HOOKMINT_URL            where hookmint is, such as https://auth.example.com (or AUTH0_DOMAIN, a host name)
  HOOKMINT_CLIENT_ID      a client with a grant for the Management API, and its secret
  HOOKMINT_CLIENT_SECRET    (or AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET)
  HOOKMINT_ACCESS_TOKEN   instead of the two: an access token (or AUTH0_ACCESS_TOKEN)
`;

/**
 * Connects by what the environment says.
 *
 * @throws {UsageError} One that names the variable that is missing or wrong.
 */
export async function connectApi(env: NodeJS.ProcessEnv = process.env): Promise<ApiClient> {
  const either = (name: string, auth0Name: string): string | undefined =>
    nonEmpty(env[name]) ?? nonEmpty(env[auth0Name]);
  const baseUrl = baseUrlOf(nonEmpty(env.HOOKMINT_URL), nonEmpty(env.AUTH0_DOMAIN));
  const token =
    either('HOOKMINT_ACCESS_TOKEN', 'AUTH0_ACCESS_TOKEN') ??
    (await requestToken(
      baseUrl,
      either('HOOKMINT_CLIENT_ID', 'AUTH0_CLIENT_ID'),
      either('HOOKMINT_CLIENT_SECRET', 'AUTH0_CLIENT_SECRET'),
    ));
  const headers = { authorization: `Bearer ${token}` };

  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const response = await reach(`${baseUrl}api/v2${path}`, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.ok) return text === '' ? undefined : JSON.parse(text);
      if ((response.status === 429 || response.status === 503) && attempt < MAX_ATTEMPTS) {
        const seconds = Number(response.headers.get('retry-after') ?? 1);
        await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
        continue;
      }
      throw new ApiCallError(`${method} ${path}`, response.status, errorOf(text));
    }
  }

  return {
    baseUrl,
    call,
    open: async (path, signal) => {
      const response = await reach(`${baseUrl}api/v2${path}`, { headers, signal });
      if (response.ok) return response;
      throw new ApiCallError(`GET ${path}`, response.status, errorOf(await response.text()));
    },
  };
}

function baseUrlOf(url: string | undefined, domain: string | undefined): string {
  if (url === undefined && domain === undefined) {
    throw new UsageError('Set HOOKMINT_URL to where hookmint is, such as https://auth.example.com.');
  }
  const parsed = URL.parse(url ?? `https://${domain ?? ''}`);
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return `${parsed.origin}/`;
  throw new UsageError(
    url === undefined ? 'AUTH0_DOMAIN is to be a host name.' : 'HOOKMINT_URL is to be an http or https URL.',
  );
}

async function requestToken(
  baseUrl: string,
  client_id: string | undefined,
  client_secret: string | undefined,
): Promise<string> {
  if (client_id === undefined) throw new UsageError('Set HOOKMINT_CLIENT_ID and HOOKMINT_CLIENT_SECRET.');
  if (client_secret === undefined)
    throw new UsageError('Set HOOKMINT_CLIENT_SECRET, the secret of HOOKMINT_CLIENT_ID.');
  const response = await reach(`${baseUrl}oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id,
      client_secret,
      audience: `${baseUrl}api/v2/`,
    }),
  });
  const body: unknown = await response.json().catch(() => undefined);
  const answer = TokenAnswer.safeParse(body);
  if (answer.success) return answer.data.access_token;
  const { data: refusal } = TokenError.safeParse(body);
  const reason =
    refusal === undefined
      ? `status ${String(response.status)}`
      : `${refusal.error}: ${refusal.error_description ?? ''}`;
  throw new UsageError(`${baseUrl} gives HOOKMINT_CLIENT_ID no token for its Management API (${reason}).`);
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    const { origin } = new URL(url);
    const hint = /certificate/i.test(cause) ? ' Set NODE_EXTRA_CA_CERTS to the file of its CA.' : '';
    throw new UsageError(`${origin} cannot be reached: ${cause}.${hint}`);
  }
}

function errorOf(text: string): z.infer<typeof ErrorBody> {
  try {
    return ErrorBody.parse(JSON.parse(text));
  } catch {
    return { message: 'no answer of a Management API' };
  }
}

const nonEmpty = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
