import { messageOf } from '../shared/errors.ts';
import { UsageError } from '../shared/usage-error.ts';

/** One answer, bytes; a page of 100 hooks with scripts of 512 KiB has half of it. */
const MAX_ANSWER_BYTES = 134_217_728;

/** Nothing answers where hookmint is said to be. */
export class UnreachableError extends UsageError {}

/** No redirect is followed: where it leads is the server's choice, and the request holds the caller's credentials. */
export async function reach(url: string, init: RequestInit): Promise<Response> {
  const response = await sent(url, init);
  const location = response.headers.get('location');
  if (response.status < 300 || response.status > 399 || location === null) return response;
  await response.body?.cancel();
  const { origin } = new URL(url);
  const target = URL.parse(location, url)?.origin ?? location;
  throw new UsageError(
    `${origin} answers with a redirect to ${target}, which is not followed. If hookmint runs there, set HOOKMINT_URL to it.`,
  );
}

async function sent(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'manual' });
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    const { origin } = new URL(url);
    const hint = /certificate/i.test(cause) ? ' Set NODE_EXTRA_CA_CERTS to the file of its CA.' : '';
    throw new UnreachableError(`${origin} cannot be reached: ${cause}.${hint}`);
  }
}

/** The body of an answer, as far as a server may fill this machine's memory. */
export async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES)
      throw new UsageError(`${new URL(response.url).origin} answers with more than ${String(MAX_ANSWER_BYTES)} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

export function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
