import type { HostedTenant } from '../../../shared/domain/hosted-tenant.ts';
import { conflict, invalidBody } from '../api/api-error.ts';

/** Below the deployment's own issuer, where tenants may be: its endpoints are beside it. */
const SHARED_PLACE = 't/';

export const defaultIssuer = (own: string, name: string): string => `${own}${SHARED_PLACE}${name}/`;

/**
 * Checks that an issuer is nobody's place, nor within another's: who asks one tenant must never be answered by another.
 *
 * @param own The deployment's own issuer, and where it is otherwise.
 * @throws {ApiError} 400, 409
 */
export function checkPlace(
  issuer: string,
  own: readonly [issuer: string, ...others: string[]],
  tenants: readonly Pick<HostedTenant, 'issuer'>[],
): void {
  const [ownIssuer, ...others] = own;
  const url = new URL(issuer);
  const problem = problemOf(url, issuer);
  if (problem !== undefined) throw invalidBody(`'${problem}' on property issuer.`);
  const ofOwn = new URL(ownIssuer);
  const isOwnHost = url.hostname === ofOwn.hostname || others.some((other) => new URL(other).hostname === url.hostname);
  const isShared = url.hostname === ofOwn.hostname && isOneBelow(url.pathname, `${ofOwn.pathname}${SHARED_PLACE}`);
  if (isOwnHost && !isShared)
    throw invalidBody(`'must be another host, or ${ownIssuer}${SHARED_PLACE}NAME/' on property issuer.`);
  const taken = tenants.map((tenant) => new URL(tenant.issuer)).find((one) => isWithin(one, url) || isWithin(url, one));
  if (taken !== undefined) throw conflict('tenant_conflict', `The tenant at ${taken.href} is at this place.`);
}

/** Why it is not the one way to write a place. */
function problemOf(url: URL, issuer: string): string | undefined {
  if (url.href !== issuer) return `must be written as ${url.href}`;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return 'must have no user, query or fragment';
  if (!/^(?:[a-z0-9._-]*[a-z0-9_-]|\[[0-9a-f:.]+\])$/.test(url.hostname))
    return 'must have a host name without a dot at its end';
  return /%|\/\/|\/\.well-known\//.test(url.pathname) ? 'must have a path of plain segments' : undefined;
}

/** Exactly one segment further. */
function isOneBelow(path: string, base: string): boolean {
  return path.startsWith(base) && /^[^/]+\/$/.test(path.slice(base.length));
}

const isWithin = (inner: URL, outer: URL): boolean =>
  inner.hostname === outer.hostname && inner.pathname.startsWith(outer.pathname);
