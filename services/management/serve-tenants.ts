import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { TENANT_HEADER } from '../../shared/http/tenant-header.ts';
import type { HostedTenant } from '../../shared/domain/hosted-tenant.ts';
import { logger } from '../../shared/log.ts';
import type { Tenants } from '../../shared/tenants/watch-tenants.ts';
import { ApiError, inexistent } from './api/api-error.ts';
import type { ManagedTenant } from './open-tenant.ts';

/** Gives each request to the tenant that the gateway names, and every other to the deployment's own. */
export function serveTenants(
  own: RequestListener,
  tenants: Pick<Tenants, 'known'>,
  hosted: { of: (tenant: HostedTenant) => Promise<ManagedTenant> },
): RequestListener {
  async function serve(handle: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const tenant = await tenants.known(handle);
      if (tenant === undefined || tenant.state === 'creating' || tenant.state === 'deleting')
        throw inexistent('tenant');
      if (tenant.state === 'suspended') throw new ApiError(403, 'tenant_suspended', 'The tenant is suspended');
      const { app } = await hosted.of(tenant);
      app(request, response);
    } catch (error) {
      refuse(response, error instanceof ApiError ? error : unavailable(error, handle));
    }
  }
  return (request, response) => {
    const handle = request.headersDistinct[TENANT_HEADER]?.[0];
    if (handle === undefined) own(request, response);
    else void serve(handle, request, response);
  };
}

function unavailable(error: unknown, tenant: string): ApiError {
  logger.error({ err: error, tenant }, 'a tenant could not be opened');
  return new ApiError(503, 'service_unavailable', 'A required service does not answer at the moment', {
    cause: error,
    headers: { 'Retry-After': '1' },
  });
}

function refuse(response: ServerResponse, error: ApiError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response
    .writeHead(error.status, {
      ...error.headers,
      'Cache-Control': 'no-store',
      'Content-Type': 'application/json; charset=utf-8',
    })
    .end(JSON.stringify(error));
}
