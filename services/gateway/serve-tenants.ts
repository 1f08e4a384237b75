import type { RequestListener } from 'node:http';
import type { HostedTenant } from '../../shared/domain/hosted-tenant.ts';
import { logger } from '../../shared/log.ts';
import { OAuthError } from '../../shared/oauth-error.ts';
import type { Tenants } from '../../shared/tenants/watch-tenants.ts';
import { sendOAuthError } from './answers.ts';
import { originForm } from './issuer-path.ts';
import type { ServedTenant } from './open-tenant.ts';

/** Gives each request to the tenant whose issuer it names by host and path, and every other to the deployment's own. */
export function serveTenants(
  own: RequestListener,
  tenants: Pick<Tenants, 'find' | 'told'>,
  opened: { of: (tenant: HostedTenant) => Promise<ServedTenant> },
): RequestListener {
  const serve: RequestListener = (request, response) => {
    const path = originForm(request.url)?.split('?', 1)[0] ?? '';
    const tenant = tenants.find(request.headers.host, path);
    if (tenant === undefined) {
      own(request, response);
      return;
    }
    if (tenant.state !== 'active') {
      sendOAuthError(response, tenant.state === 'suspended' ? SUSPENDED : NOT_WHOLE);
      return;
    }
    opened.of(tenant).then(
      ({ listener: its }) => its(request, response),
      (error: unknown) => {
        logger.error({ err: error, tenant: tenant.name }, 'a tenant could not be opened');
        sendOAuthError(response, unavailable(error));
      },
    );
  };
  return (request, response) => {
    const told = tenants.told();
    if (told === undefined) serve(request, response);
    else void told.then(() => serve(request, response));
  };
}

const SUSPENDED = new OAuthError(403, 'access_denied', 'This tenant is suspended');
const NOT_WHOLE = new OAuthError(404, 'not_found', 'There is no tenant at this place');

const unavailable = (cause: unknown): OAuthError =>
  new OAuthError(503, 'temporarily_unavailable', 'A required service does not answer at the moment', {
    cause,
    headers: { 'Retry-After': '1' },
  });
