import { createServer, type IncomingMessage } from 'node:http';
import { listen, serveParent } from './child.ts';
import { tutorialHook, type HookInput } from './tutorial-hook.ts';

/** What hookmint's own webhooks ask. */
type WebhookRequest = { type: 'token.requested'; data: HookInput };

/** Hook code kept apart the usual way: a service that is asked over HTTP, once per token; by oidc-provider or by hookmint. */
serveParent(async () => {
  const server = createServer((request, response) => {
    void readJson(request).then((input) => {
      const answer = JSON.stringify(answerTo(input as HookInput | WebhookRequest));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
      response.end(answer);
    });
  });
  // Callers keep their connections for as long as they like.
  server.keepAliveTimeout = 0;
  return listen(server);
});

function answerTo(input: HookInput | WebhookRequest): object {
  if (!('data' in input)) return tutorialHook(input);
  const { scope, ...claims } = tutorialHook(input.data);
  return { scope, claims };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}
