import { createServer, type IncomingMessage } from 'node:http';
import { listen, serveParent } from './child.ts';
import { tutorialHook, type HookInput } from './tutorial-hook.ts';

/** Hook code kept apart the usual way: a service that is asked over HTTP, once per token. */
serveParent(async () => {
  const server = createServer((request, response) => {
    void readJson(request).then((input) => {
      const answer = JSON.stringify(tutorialHook(input as HookInput));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
      response.end(answer);
    });
  });
  // Callers keep their connections for as long as they like.
  server.keepAliveTimeout = 0;
  return listen(server);
});

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}
