import dns from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

/**
 * Resolves names for connections, which go to the addresses that were looked at here, so that a name that resolves differently the second
 * time changes nothing. One address that may not be reached refuses its name.
 *
 * @param refuse The error for a name.
 */
export function checkedLookup(
  mayReach: (address: string) => boolean,
  refuse: (hostname: string) => Error,
): LookupFunction {
  return (hostname, options, callback) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => mayReach(address))) {
        callback(refuse(hostname), '', 0);
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** The host of a URL where it is an address, which is never looked up, that may not be reached. */
export function refusedLiteral(url: URL, mayReach: (address: string) => boolean): string | undefined {
  const literal = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(literal) !== 0 && !mayReach(literal) ? literal : undefined;
}
