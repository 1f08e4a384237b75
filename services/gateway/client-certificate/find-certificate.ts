import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { isInBlocks } from '../../../shared/egress/address-blocks.ts';
import { addressOf } from '../../../shared/http/address.ts';
import { clientCertificate, type ClientCertificate } from './certificate.ts';
import { certificateInHeaders, type CertificateHeader } from './headers.ts';

/** Proxies that are believed what they say of the client's certificate; all that is set must hold. */
export type CertificateProxies = {
  header: CertificateHeader;
  /** Where they are, addresses and CIDR blocks. */
  addresses: readonly string[] | undefined;
  /** What they send as `cname-api-key`. */
  secret: string | undefined;
  isChainVerified: boolean;
};

/** The header of a proxy's secret, by the name that it has at Auth0. */
export const PROXY_SECRET_HEADER = 'cname-api-key';

/**
 * The certificate that the client has shown, if any: on this connection, or on that to a trusted proxy. A proxy's own certificate is never the client's, and
 * what others send in its headers is nothing.
 *
 * @throws {OAuthError} 400 for headers of a proxy that cannot be read.
 */
export type FindCertificate = (request: IncomingMessage) => ClientCertificate | undefined;

/** @param hasAuthorities Whether this gateway has authorities of its own for clients; without, none of their certificates is verified. */
export function createFindCertificate(
  proxies: CertificateProxies | undefined,
  { hasAuthorities }: { hasAuthorities: boolean },
): FindCertificate {
  const ofConnections = new WeakMap<Socket, ClientCertificate>();
  const isProxy = proxies === undefined ? () => false : createIsProxy(proxies);

  function ofConnection({ socket }: IncomingMessage): ClientCertificate | undefined {
    if (!(socket instanceof TLSSocket)) return undefined;
    const known = ofConnections.get(socket);
    if (known !== undefined) return known;
    const x509 = socket.getPeerX509Certificate();
    if (x509 === undefined) return undefined;
    const certificate = clientCertificate(x509, hasAuthorities && socket.authorized);
    ofConnections.set(socket, certificate);
    return certificate;
  }

  return (request) =>
    proxies !== undefined && isProxy(request)
      ? certificateInHeaders(request, proxies.header, proxies.isChainVerified)
      : ofConnection(request);
}

function createIsProxy({ addresses, secret }: CertificateProxies): (request: IncomingMessage) => boolean {
  const isAt = addresses === undefined ? undefined : isInBlocks(addresses);
  const due = secret === undefined ? undefined : hashOf(secret);
  // By neither, nobody is.
  if (isAt === undefined && due === undefined) return () => false;
  return ({ socket, headersDistinct }) => {
    if (isAt?.(addressOf(socket.remoteAddress) ?? '') === false) return false;
    if (due === undefined) return true;
    const [given, ...others] = headersDistinct[PROXY_SECRET_HEADER] ?? [];
    return given !== undefined && others.length === 0 && timingSafeEqual(hashOf(given), due);
  };
}

/** Of one length, whatever is sent. */
const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();
