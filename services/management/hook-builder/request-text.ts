import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

const CONNECT_TIMEOUT_MS = 5_000;

export type TextRequest = {
  /** JSON, sent by POST; left out: GET. */
  body?: string;
  /** From the question to the end of the answer. */
  timeoutMs: number;
  maxBytes: number;
};

/**
 * Asks once, on a connection of its own, and follows nothing. `fetch` gives up after five minutes without an answer, and has no limit of
 * what it reads.
 *
 * @returns The answer's body, whatever its status.
 */
export async function requestText(url: URL, { body, timeoutMs, maxBytes }: TextRequest): Promise<string> {
  const headers = { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) };
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const signal = AbortSignal.timeout(timeoutMs);
  const asked = request(url, { method: body === undefined ? 'GET' : 'POST', headers, agent: false, signal });
  try {
    return await readText(await answerOf(asked, body), maxBytes);
  } finally {
    asked.destroy();
  }
}

function answerOf(asked: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const connecting = setTimeout(
      () => asked.destroy(new Error(`no connection within ${String(CONNECT_TIMEOUT_MS)} ms`)),
      CONNECT_TIMEOUT_MS,
    );
    asked.once('socket', (socket) => socket.once('connect', () => clearTimeout(connecting)));
    asked.once('close', () => clearTimeout(connecting));
    asked.on('error', reject).once('response', resolve).end(body);
  });
}

async function readText(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
