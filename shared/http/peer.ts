import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { addressOf } from './address.ts';

/** Who asks, and what for, as far as the proxies in front of this server are believed. */
export type Peer = { ip?: string; hostname?: string; scheme: string };

/**
 * Reads `X-Forwarded-For`, `-Host` and `-Proto` as Express does with the same number for its `trust proxy`. What a proxy names that is no
 * address is nobody's: then it is that of the connection.
 *
 * @param trustedProxies How many proxies are in front; 0: the headers are anybody's, and ignored.
 */
export function peerOf(request: IncomingMessage, trustedProxies: number): Peer {
  const ofConnection = addressOf(request.socket.remoteAddress);
  const scheme = request.socket instanceof TLSSocket ? 'https' : 'http';
  if (trustedProxies === 0) return { ...given(ofConnection, hostnameOf(request.headers.host)), scheme };
  const hops = [ofConnection, ...listOf(request.headers['x-forwarded-for']).reverse()];
  return {
    ...given(
      addressOf(hops[Math.min(trustedProxies, hops.length - 1)]) ?? ofConnection,
      hostnameOf(listOf(request.headers['x-forwarded-host'])[0] ?? request.headers.host),
    ),
    scheme: listOf(request.headers['x-forwarded-proto'])[0] ?? scheme,
  };
}

function given(ip: string | undefined, hostname: string | undefined): Omit<Peer, 'scheme'> {
  return { ...(ip === undefined ? {} : { ip }), ...(hostname === undefined ? {} : { hostname }) };
}

function listOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Without the port; an IPv6 address keeps its brackets. */
function hostnameOf(host: string | undefined): string | undefined {
  return host === undefined || host === '' ? undefined : /^(\[[^\]]*\]|[^:]*)/.exec(host)?.[1];
}
