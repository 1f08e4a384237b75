import { randomBytes } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { UsageError } from '../../shared/usage-error.ts';
import { jsonOrNothing, reach, textOf } from '../http.ts';
import { isTooDeep, MAX_LEVELS } from '../tenant-files/bounds.ts';

/** A client, and what it asks for. */
export type TokenRequest = { clientId: string; clientSecret: string; parameters: Readonly<Record<string, string>> };

const Issued = z.looseObject({ access_token: z.string() });
const Refusal = z.looseObject({ error: z.string(), error_description: z.string().optional() });

type Members = Record<string, unknown>;

/** What the server made of it; `correlationId` is its name in the server's logs. */
export type TokenAnswer = { status: number; correlationId: string } & (
  | { isIssued: true; answer: z.infer<typeof Issued>; header: Members; claims: Members }
  | { isIssued: false; answer: z.infer<typeof Refusal> }
);

/**
 * Asks for a token by the client-credentials grant.
 *
 * @param baseUrl With a slash at its end.
 * @throws {UsageError} for an answer that is none of a token endpoint.
 */
export async function askForToken(baseUrl: string, asked: TokenRequest): Promise<TokenAnswer> {
  const correlationId = `hookmint-token-${randomBytes(12).toString('hex')}`;
  const response = await reach(`${baseUrl}oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-correlation-id': correlationId },
    body: JSON.stringify({
      ...asked.parameters,
      grant_type: 'client_credentials',
      client_id: asked.clientId,
      client_secret: asked.clientSecret,
    }),
  });
  const body = jsonOrNothing(await textOf(response));
  mustBeShallow(body);
  const common = { status: response.status, correlationId };
  const issued = Issued.safeParse(body);
  if (issued.success) {
    return { ...common, isIssued: true, answer: issued.data, ...decoded(issued.data.access_token) };
  }
  const refusal = Refusal.safeParse(body);
  if (refusal.success) return { ...common, isIssued: false, answer: refusal.data };
  throw new UsageError(`${baseUrl}oauth/token answers with status ${String(response.status)} and no token.`);
}

function decoded(token: string): { header: Members; claims: Members } {
  const parts = decode(token);
  mustBeShallow(parts);
  return parts;
}

function decode(token: string): { header: Members; claims: Members } {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: { ...decodeJwt(token) } };
  } catch {
    throw new UsageError('The server answers with an access token that is no JWT.');
  }
}

function mustBeShallow(value: unknown): void {
  if (isTooDeep(value)) throw new UsageError(`The server answers with more than ${String(MAX_LEVELS)} levels of JSON.`);
}
