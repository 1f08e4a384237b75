import type { HostedTenant } from '../domain/hosted-tenant.ts';

const WELL_KNOWN = /^\/\.well-known\/[\w-]+(?=\/)/;
/** A name or an address as the header `Host` has it, without the dot that a name may end with, and the port. */
const HOST = /^([a-z0-9._-]*[a-z0-9_-]|\[[0-9a-f:.]+\])\.?(?::\d{1,5})?$/;

/** Finds whose a request is by the host that it names and its path; `undefined`: nobody's of these. */
export type FindTenant = (host: string | undefined, path: string) => HostedTenant | undefined;

/** Tenants at one host, by their paths, and how many segments those have, the most first. */
type AtHost = { byPath: Map<string, HostedTenant>; lengths: number[] };

/**
 * The tenant with the longest path that a request's begins with, of those at its host, whatever the port: a service has one for certificates, and
 * proxies have their own. Metadata may have the tenant's path behind its own (RFC 8414 §3.1). Costs the same however many tenants there are.
 */
export function finderOf(tenants: readonly HostedTenant[]): FindTenant {
  const hosts = new Map<string, AtHost>();
  for (const tenant of tenants) {
    const { hostname, pathname } = new URL(tenant.issuer);
    const atHost = hosts.get(hostname) ?? { byPath: new Map<string, HostedTenant>(), lengths: [] };
    atHost.byPath.set(pathname, tenant);
    atHost.lengths = [...new Set([...atHost.lengths, segmentsOf(pathname)])].sort((a, b) => b - a);
    hosts.set(hostname, atHost);
  }
  if (hosts.size === 0) return () => undefined;
  return (host, path) => {
    const atHost = hosts.get(HOST.exec(host?.toLowerCase() ?? '')?.[1] ?? '');
    if (atHost === undefined) return undefined;
    return (
      findAt(atHost, path) ??
      (path.startsWith('/.well-known/') ? findAt(atHost, path.replace(WELL_KNOWN, '')) : undefined)
    );
  };
}

function findAt({ byPath, lengths }: AtHost, path: string): HostedTenant | undefined {
  for (const length of lengths) {
    const found = byPath.get(firstSegments(`${path}/`, length));
    if (found !== undefined) return found;
  }
  return undefined;
}

const segmentsOf = (pathname: string): number => pathname.split('/').length - 1;

/** What a path begins with, up to so many slashes; nothing of a shorter one. */
function firstSegments(path: string, slashes: number): string {
  let end = -1;
  for (let n = 0; n < slashes; n++) {
    end = path.indexOf('/', end + 1);
    if (end < 0) return '';
  }
  return path.slice(0, end + 1);
}
