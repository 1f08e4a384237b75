import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { UsageError } from '../shared/usage-error.ts';
import { answered } from './answered.ts';
import { environmentHere } from './local-stack.ts';
import { jsonOrNothing, reach, textOf } from './http.ts';
import { isTooDeep, MAX_LEVELS } from './tenant-files/bounds.ts';

/** The Management API of a running hookmint, as a command calls it. Paths are below `/api/v2`. */
export type ApiClient = {
  /** Where it is reached: `https://host/`, with the path of an issuer that has one. */
  baseUrl: string;
  /** Audience of its tokens: below the issuer, which may be reached by another address. */
  audience: () => Promise<string>;
  /**
   * @param ifMatch The revision that the call is meant for: the API refuses it where there is another by now.
   * @throws {ApiCallError} for every answer that is not a success.
   */
  call: (method: string, path: string, body?: unknown, ifMatch?: string) => Promise<unknown>;
  /**
   * The answer, as the caller needs it.
   *
   * @throws {UsageError} for another, which names the server and what is wrong; else as `call`.
   */
  read: <T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown) => Promise<T>;
  /** The answer as it arrives, for streams. */
  open: (path: string, signal: AbortSignal) => Promise<Response>;
  /** The description of the API, which needs no token; `undefined` where there is none. */
  describe: () => Promise<unknown>;
};

/** An answer that is not a success, in the API's own words. */
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
const Metadata = z.object({ issuer: z.url({ protocol: /^https?$/ }) });
const TokenAnswer = z.object({ access_token: z.string() });
const TokenError = z.object({ error: z.string(), error_description: z.string().optional() });

/** Times a call is tried again that the API had no time for. */
const MAX_ATTEMPTS = 5;
/** However long the server says that it needs, seconds. */
const MAX_WAIT_SECONDS = 60;

/** Below the issuer: the Management API of a tenant, or the API of the deployment's operator. */
type ApiPath = 'api/v2' | 'operator/v1';

/**
 * Connects by what the environment says; where it names no server, to the one that runs on this machine.
 *
 * @throws {UsageError} One that names the variable that is missing or wrong.
 */
export async function connectApi(given?: NodeJS.ProcessEnv, apiPath: ApiPath = 'api/v2'): Promise<ApiClient> {
  const env = given ?? (await environmentHere());
  const baseUrl = baseUrlOf(env);
  const token =
    variable('HOOKMINT_ACCESS_TOKEN', 'AUTH0_ACCESS_TOKEN', env) ??
    (await requestToken(
      baseUrl,
      apiPath,
      variable('HOOKMINT_CLIENT_ID', 'AUTH0_CLIENT_ID', env),
      variable('HOOKMINT_CLIENT_SECRET', 'AUTH0_CLIENT_SECRET', env),
    ));
  const headers = { authorization: `Bearer ${token}` };

  async function call(method: string, path: string, body?: unknown, ifMatch?: string): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const response = await reach(`${baseUrl}${apiPath}${path}`, {
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await textOf(response);
      if (response.ok) return text === '' ? undefined : parsed(text);
      if ((response.status === 429 || response.status === 503) && attempt < MAX_ATTEMPTS) {
        const seconds = Number(response.headers.get('retry-after') ?? 1);
        const waitSeconds = seconds >= 0 ? Math.min(seconds, MAX_WAIT_SECONDS) : 1;
        await delay(waitSeconds * 1_000);
        continue;
      }
      throw new ApiCallError(`${method} ${path}`, response.status, errorOf(text));
    }
  }

  return {
    baseUrl,
    audience: () => audienceOf(baseUrl, apiPath),
    call,
    read: async (schema, method, path, body) =>
      answered(schema, await call(method, path, body), baseUrl, `${method} ${path}`),
    open: async (path, signal) => {
      const response = await reach(`${baseUrl}${apiPath}${path}`, { headers, signal });
      if (response.ok) return response;
      throw new ApiCallError(`GET ${path}`, response.status, errorOf(await textOf(response)));
    },
    describe: async () => {
      const response = await reach(`${baseUrl}openapi.json`, {});
      return response.ok ? parsed(await textOf(response)) : undefined;
    },
  };
}

/** What a variable says, or else the one of Auth0's tools. */
export function variable(name: string, auth0Name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return nonEmpty(env[name]) ?? nonEmpty(env[auth0Name]);
}

/**
 * Where hookmint is by what the environment says, with a slash at the end.
 *
 * @throws {UsageError}
 */
export function baseUrlOf(env: NodeJS.ProcessEnv = process.env): string {
  const [url, domain] = [nonEmpty(env.HOOKMINT_URL), nonEmpty(env.AUTH0_DOMAIN)];
  if (url === undefined && domain === undefined) {
    throw new UsageError('Set HOOKMINT_URL to the URL of hookmint, such as https://auth.example.com.');
  }
  const parsed = URL.parse(url ?? `https://${domain ?? ''}`);
  if (parsed !== null && /^https?:$/.test(parsed.protocol))
    return `${parsed.origin}${parsed.pathname.replace(/\/*$/, '/')}`;
  throw new UsageError(
    url === undefined ? 'AUTH0_DOMAIN must be a host name.' : 'HOOKMINT_URL must be an http or https URL.',
  );
}

/** By the issuer's own metadata (RFC 8414): it may be reached by another address, as through a port of this machine. */
async function audienceOf(baseUrl: string, apiPath: ApiPath): Promise<string> {
  const response = await reach(`${baseUrl}.well-known/oauth-authorization-server`, {});
  const { data } = Metadata.safeParse(jsonOrNothing(await textOf(response)));
  return `${data?.issuer ?? baseUrl}${apiPath}/`;
}

async function requestToken(
  baseUrl: string,
  apiPath: ApiPath,
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
      audience: await audienceOf(baseUrl, apiPath),
    }),
  });
  const body = jsonOrNothing(await textOf(response));
  const answer = TokenAnswer.safeParse(body);
  if (answer.success) return answer.data.access_token;
  const { data: refusal } = TokenError.safeParse(body);
  const reason =
    refusal === undefined
      ? `status ${String(response.status)}`
      : `${refusal.error}: ${refusal.error_description ?? ''}`;
  throw new UsageError(
    `${baseUrl} refuses HOOKMINT_CLIENT_ID a token for its ${apiPath === 'api/v2' ? 'Management API' : "operator's API"} (${reason}).`,
  );
}

function parsed(text: string): unknown {
  const value = jsonOrNothing(text);
  if (value === undefined) throw new UsageError('The server did not answer with JSON. Is HOOKMINT_URL a hookmint?');
  if (isTooDeep(value)) throw new UsageError(`The server answers with more than ${String(MAX_LEVELS)} levels of JSON.`);
  return value;
}

function errorOf(text: string): z.infer<typeof ErrorBody> {
  const { data } = ErrorBody.safeParse(jsonOrNothing(text));
  return data ?? { message: 'not the answer of a Management API' };
}

const nonEmpty = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
