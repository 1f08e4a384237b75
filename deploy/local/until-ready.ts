import { readFileSync } from 'node:fs';
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_INTERVAL_MS = 50;

/**
 * Resolves when `url` answers with a success, or `stop` was aborted.
 *
 * @param caFile PEM file of who vouches for an HTTPS server.
 */
export async function untilReady(
  url: string,
  { caFile, stop }: { caFile: string | undefined; stop: AbortSignal },
): Promise<void> {
  const ca = caFile === undefined ? undefined : readFileSync(caFile);
  while (!stop.aborted) {
    if (await answers(url, ca)) return;
    await delay(POLL_INTERVAL_MS);
  }
}

function answers(url: string, ca: Buffer | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const request = ca === undefined ? getHttp(url, { agent: false }) : getHttps(url, { ca, agent: false });
    request.once('error', () => resolve(false));
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
  });
}
