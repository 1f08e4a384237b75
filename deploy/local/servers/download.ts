import { createWriteStream } from 'node:fs';
import { get as httpGet, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { get as httpsGet, Agent as HttpsAgent } from 'node:https';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { WayFailedError, systemCode } from './errors.ts';
import { showProgress, type RedrawnLine, type Report } from './progress.ts';

export interface DownloadContext {
  report: Report;
  /** `undefined`: progress is reported. */
  progressLine: RedrawnLine | undefined;
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are honoured. */
  env: NodeJS.ProcessEnv;
}

const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 5;

/** Fetches a small text, such as a list of checksums. */
export async function downloadText(url: string, { env }: DownloadContext): Promise<string> {
  try {
    return await text(await openUrl(new URL(url), env));
  } catch (error) {
    throw downloadError(url, error);
  }
}

/** Fetches a file and shows its progress under `label`. Whether it is the right one is for the caller to check. */
export async function downloadFile(url: string, file: string, label: string, context: DownloadContext): Promise<void> {
  try {
    const body = await openUrl(new URL(url), context.env);
    const progress = showProgress(
      label,
      Number(body.headers['content-length'] ?? 0),
      context.report,
      context.progressLine,
    );
    body.on('data', (chunk: Buffer) => progress.advance(chunk.length));
    await pipeline(body, createWriteStream(file, { mode: 0o600 })).finally(progress.end);
  } catch (error) {
    throw downloadError(url, error);
  }
}

async function openUrl(url: URL, env: NodeJS.ProcessEnv, redirectsLeft = MAX_REDIRECTS): Promise<IncomingMessage> {
  const response = await firstResponse(url, env);
  const status = response.statusCode ?? 0;
  if (status === 200) return response;
  response.destroy();
  const { location } = response.headers;
  if (status < 300 || status >= 400 || location === undefined) {
    throw new WayFailedError(`${url.host} answers ${status} for ${url.pathname}`);
  }
  const next = new URL(location, url);
  if (redirectsLeft === 0) throw new WayFailedError(`${url.host} redirects too often`);
  if (url.protocol === 'https:' && next.protocol !== 'https:') {
    throw new WayFailedError(`${url.host} redirects away from HTTPS`);
  }
  return openUrl(next, env, redirectsLeft - 1);
}

// The time limit covers name resolution too, which a socket's own connect timeout does not.
function firstResponse(url: URL, env: NodeJS.ProcessEnv): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { timeout: IDLE_TIMEOUT_MS };
    const request =
      url.protocol === 'https:'
        ? httpsGet(url, { ...options, agent: new HttpsAgent({ proxyEnv: env }) })
        : httpGet(url, { ...options, agent: new HttpAgent({ proxyEnv: env }) });
    const tooLate = new WayFailedError(`${url.host} does not answer within ${CONNECT_TIMEOUT_MS / 1000} s`);
    const timer = setTimeout(() => request.destroy(tooLate), CONNECT_TIMEOUT_MS);
    const stalled = new WayFailedError(`${url.host} sent nothing for ${IDLE_TIMEOUT_MS / 1000} s`);
    request.once('close', () => clearTimeout(timer));
    request.on('error', reject);
    request.once('response', (response) => {
      clearTimeout(timer);
      request.once('timeout', () => response.destroy(stalled));
      resolve(response);
    });
  });
}

function downloadError(url: string, cause: unknown): WayFailedError {
  if (cause instanceof WayFailedError) return cause;
  const code = systemCode(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new WayFailedError('no space is left on the disk', { cause });
  if (code === 'ERR_INVALID_URL') return new WayFailedError(`${url} is not a URL`, { cause });
  const reason = code ?? (cause instanceof Error ? cause.message : String(cause));
  return new WayFailedError(`${new URL(url).host} cannot be reached (${reason})`, { cause });
}
