import type { HostedTenant } from '../../../shared/domain/hosted-tenant.ts';
import { conflict, invalidBody } from '../api/api-error.ts';

/** Below the deployment's own issuer, where tenants may be: its endpoints are beside it. */
const SHARED_PLACE = 't/';

export const defaultIssuer = (own: string, name: string): string => `${own}${SHARED_PLACE}${name}/`;

/**
 * Checks that an issuer is nobody's place, nor within another's: who asks one tenant must never be answered by another.
 *
 * @throws {ApiError} 400, 409
 */
export function checkPlace(issuer: string, own: string, tenants: readonly Pick<HostedTenant, 'issuer'>[]): void {
  const url = new URL(issuer);
  const problem =
    url.href !== issuer
      ? `must be written as ${url.href}`
      : url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== ''
        ? 'must have no user, query or fragment'
        : /%|\/\/|\/\.well-known\//.test(url.pathname)
          ? 'must have a path of plain segments'
          : undefined;
  if (problem !== undefined) throw invalidBody(`'${problem}' on property issuer.`);
  const ofOwn = new URL(own);
  if (url.hostname === ofOwn.hostname && !isOneBelow(url.pathname, `${ofOwn.pathname}${SHARED_PLACE}`)) {
    throw invalidBody(`'must be another host, or ${own}${SHARED_PLACE}NAME/' on property issuer.`);
  }
  const other = tenants.find(
    (tenant) => isWithin(new URL(tenant.issuer), url) || isWithin(url, new URL(tenant.issuer)),
  );
  if (other !== undefined) throw conflict('tenant_conflict', `The tenant at ${other.issuer} is at this place.`);
}

/** Exactly one segment further. */
function isOneBelow(path: string, base: string): boolean {
  return path.startsWith(base) && /^[^/]+\/$/.test(path.slice(base.length));
}

const isWithin = (inner: URL, outer: URL): boolean =>
  inner.hostname === outer.hostname && inner.pathname.startsWith(outer.pathname);
