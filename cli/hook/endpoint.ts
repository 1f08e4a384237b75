import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { endpointOf } from '../../shared/domain/webhooks/endpoint-of.ts';
import type { EndpointAnswer } from './case.ts';

/** Longest request that is kept to be compared, bytes. */
const MAX_REQUEST_BYTES = 1_048_576;

/** What the stand-in of an endpoint was asked. */
export type EndpointRequest = { method: string; path: string; headers: Record<string, string>; body: unknown };

/** A server of this machine that answers in the place of a webhook's endpoint. */
export async function openEndpoint(answers: readonly EndpointAnswer[]) {
  const requests: EndpointRequest[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    void keep(request).then(async (kept) => {
      requests.push(kept);
      const { status = 200, headers = {}, body, delay_ms = 0 } = answer ?? {};
      await delay(delay_ms, undefined, { ref: false });
      response.writeHead(status, headers);
      response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    requests,
    /** The file of a webhook, with this in the place of its endpoint's origin. */
    in: (code: string): string => {
      const { pathname, search } = new URL(endpointOf(code));
      return code.replace(endpointOf(code), `${origin}${pathname}${search}`);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function keep(request: IncomingMessage): Promise<EndpointRequest> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  const { method = '', url = '', headers } = request;
  return { method, path: url, headers: headers as Record<string, string>, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
