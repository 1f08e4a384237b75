import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { HookSource } from '../../hook-build/hook-source.ts';
import type { BuiltHook } from '../../hook-build/built-hook.ts';
import { failureOf, HookBuildError } from '../../hook-build/errors.ts';
import {
  BUILDS_PATH,
  BuildRequest,
  MAX_BUILD_REQUEST_BYTES,
  type BuildAnswer,
} from '../../hook-build/service-protocol.ts';
import { logger } from '../../shared/log.ts';
import type { Asker } from '../../shared/turns.ts';
import { VERSION } from '../../shared/version.ts';

type Options = {
  build: (source: HookSource, asker: Asker) => Promise<BuiltHook>;
  /** What stands around the processes that build, as `/readyz` tells it. */
  wall: string;
};

type App = {
  serve: RequestListener;
  /** Answers what is being built that it will not be. */
  giveUp: () => void;
};

type Answer = { status: number; body: object };

const HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };

/**
 * Builds hooks for whoever asks: who may is the network's to say. What is built depends on what was asked and on the registry, and on
 * nothing that another asker said.
 */
export function createApp({ build, wall }: Options): App {
  const underWay = new Set<ServerResponse>();
  const answerTo = async (request: IncomingMessage, signal: AbortSignal): Promise<Answer> => {
    const { method, url } = request;
    if (url === '/healthz' && method === 'GET') return { status: 200, body: { status: 'ok', version: VERSION } };
    if (url === '/readyz' && method === 'GET') return { status: 200, body: { status: 'ready', builder_wall: wall } };
    if (url !== BUILDS_PATH) return refusal(404, 'not_found');
    if (method !== 'POST') return refusal(405, 'method_not_allowed');
    // A page in somebody's browser can send anything else without asking.
    if (request.headers['content-type'] !== 'application/json') return refusal(415, 'unsupported_media_type');
    const text = await textOf(request);
    if (text === undefined) return refusal(413, 'payload_too_large');
    const asked = parse(text);
    if (asked === undefined) return refusal(400, 'invalid_body');
    return built(asked, signal);
  };

  const built = async (
    { code, language, contract, dependencies, caller }: BuildRequest,
    signal: AbortSignal,
  ): Promise<Answer & { body: BuildAnswer }> => {
    try {
      const source = { code, language, contract, dependencies: Object.fromEntries(dependencies) };
      return { status: 200, body: { built: await build(source, { caller, signal }) } };
    } catch (error) {
      if (!(error instanceof HookBuildError)) throw error;
      if (error.code === 'build_failed') logger.warn({ err: error.cause }, 'a build ended without a result');
      return { status: 422, body: { failure: failureOf(error) } };
    }
  };

  const serve: RequestListener = (request, response) => {
    const leaving = new AbortController();
    underWay.add(response);
    response.once('close', () => {
      underWay.delete(response);
      leaving.abort(new Error('whoever asked is gone'));
    });
    answerTo(request, leaving.signal).then(
      (answer) => send(answer, response),
      (error: unknown) => {
        if (leaving.signal.aborted) return;
        logger.error({ err: error }, 'a build failed');
        send(refusal(500, 'internal_error'), response);
      },
    );
  };
  return {
    serve,
    giveUp: () => {
      const failure = failureOf(new HookBuildError('builder_unavailable', 'the hook-builder is stopping'));
      for (const response of underWay) send({ status: 422, body: { failure } }, response);
    },
  };
}

const refusal = (status: number, error: string): Answer => ({ status, body: { error } });

function send({ status, body }: Answer, response: ServerResponse): void {
  if (response.headersSent) return;
  // What is left of a body that is not wanted is not waited for.
  if (!response.req.complete) response.setHeader('Connection', 'close');
  response.writeHead(status, HEADERS).end(JSON.stringify(body));
}

/** The body, or nothing when it is too large. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BUILD_REQUEST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): BuildRequest | undefined {
  try {
    return BuildRequest.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
