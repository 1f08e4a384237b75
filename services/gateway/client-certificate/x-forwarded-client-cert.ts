/** A pair of Envoy's header `x-forwarded-client-cert`; a value with a separator in it is in quotes. */
const PAIR = /([A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^",;]*)(;|$)/y;

/**
 * The certificate of the one element that the header has, escaped PEM. Several elements are those of several proxies, or of a client whose
 * own header was not taken off: which of them is the client's is not known.
 *
 * @throws {TypeError}
 */
export function readForwarded(value: string): string {
  const certificates: string[] = [];
  PAIR.lastIndex = 0;
  for (let end = 0; end < value.length; end = PAIR.lastIndex) {
    const [, key, quoted = ''] = PAIR.exec(value) ?? [];
    if (key === undefined) throw new TypeError('no element of the header');
    if (key.toLowerCase() === 'cert') certificates.push(quoted.replace(/^"(.*)"$/s, '$1'));
  }
  const [certificate, ...others] = certificates;
  if (certificate === undefined || others.length > 0) throw new TypeError('not one certificate');
  return certificate;
}
