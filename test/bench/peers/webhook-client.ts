import { Agent, request, type IncomingMessage } from 'node:http';
import type { HookInput, HookOutput } from './tutorial-hook.ts';

const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 });

/** node:http with a keep-alive agent; measured faster than the built-in fetch. */
export function askWebhook(url: URL, input: HookInput): Promise<HookOutput> {
  const body = JSON.stringify(input);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const { promise, resolve, reject } = Promise.withResolvers<HookOutput>();
  request(url, { method: 'POST', agent, headers }, (response) => collect(response, resolve, reject))
    .on('error', reject)
    .end(body);
  return promise;
}

function collect(
  response: IncomingMessage,
  resolve: (output: HookOutput) => void,
  reject: (error: unknown) => void,
): void {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => (text += chunk));
  response.on('error', reject);
  response.on('end', () => {
    if (response.statusCode === 200) resolve(JSON.parse(text) as HookOutput);
    else reject(new Error(`the webhook answered ${response.statusCode ?? 'nothing'}`));
  });
}
