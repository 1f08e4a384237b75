import type { Request } from 'express';
import type { ConsoleAddress } from './console-address.ts';

/** No form can send it, and no page of another origin, since CORS is off. */
const CONSOLE_HEADER = 'x-hookmint-console';

const READS = new Set(['GET', 'HEAD']);

/** Whether the console's own page sent a request: only then does the cookie count that came with it. */
export function isOfConsole({ headers, method }: Request, { hosts, origins }: ConsoleAddress): boolean {
  const { host, origin } = headers;
  if (headers[CONSOLE_HEADER] !== '1' || host === undefined || !hosts.has(host)) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  return origin === undefined ? READS.has(method) : origins.has(origin);
}
