/** Letters that are the same with and without percent-encoding (RFC 3986 §2.3). */
const UNRESERVED = /[A-Za-z0-9._~-]/;

/** RFC 3986 §4.3, of http and https, and its authority: what else a browser would make a URL of is none. */
const ABSOLUTE = /^https?:\/\/([A-Za-z0-9._~:[\]-]+)(?:[/?#][A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]*)?$/i;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * Whether a URI is that of the endpoint, by RFC 3986 §6.2.2 and §6.2.3 (letter case, percent-encoding, dot segments, the default port) and
 * without query and fragment (RFC 9449 §4.3).
 */
export function isEndpoint(uri: string, endpoint: string): boolean {
  // RFC 3986 §6.2.1: as nearly every client writes it.
  if (uri === endpoint) return true;
  const wanted = normalized(endpoint);
  return wanted !== undefined && normalized(uri) === wanted;
}

function normalized(uri: string): string | undefined {
  const authority = ABSOLUTE.exec(uri)?.[1]?.toLowerCase();
  const url = URL.parse(uri.replaceAll(/%[0-9a-f]{2}/gi, decodedIfUnreserved));
  if (authority === undefined || url === null) return undefined;
  // Of a host that is written in another way, such as 0x7f.1, a URL of browsers has the usual one.
  const isAsWritten = [url.host, `${url.host}:${DEFAULT_PORTS[url.protocol] ?? ''}`].includes(authority);
  return isAsWritten ? `${url.origin}${url.pathname}` : undefined;
}

function decodedIfUnreserved(encoded: string): string {
  const letter = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return UNRESERVED.test(letter) ? letter : encoded.toUpperCase();
}
