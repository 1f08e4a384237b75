import type { HostedTenant } from '../domain/hosted-tenant.ts';

const WELL_KNOWN = /^\/\.well-known\/[\w-]+(?=\/)/;

/** Finds whose a request is by the host that it names and its path; `undefined`: nobody's of these. */
export type FindTenant = (host: string | undefined, path: string) => HostedTenant | undefined;

/**
 * The tenant with the longest path that a request's begins with, of those at its host, whatever the port: a service has one for certificates, and
 * proxies have their own. Metadata may have the tenant's path behind its own (RFC 8414 §3.1).
 */
export function finderOf(tenants: readonly HostedTenant[]): FindTenant {
  const places = tenants.map((tenant) => ({ tenant, url: new URL(tenant.issuer) }));
  const byHost = Map.groupBy(places, ({ url }) => url.hostname);
  for (const atHost of byHost.values()) atHost.sort((a, b) => b.url.pathname.length - a.url.pathname.length);
  return (host, path) => {
    if (byHost.size === 0 || host === undefined) return undefined;
    const atHost = byHost.get(hostnameOf(host) ?? '');
    if (atHost === undefined) return undefined;
    const paths = [path, path.replace(WELL_KNOWN, '')];
    return atHost.find(({ url: { pathname } }) => paths.some((one) => `${one}/`.startsWith(pathname)))?.tenant;
  };
}

/** As a URL has it, without its port; the header may be anything. */
function hostnameOf(host: string): string | undefined {
  return URL.parse(`http://${host}`)?.hostname;
}
