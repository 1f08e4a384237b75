/**
 * The handle of the tenant that a request to the Management API is for, told by the gateway. It is no proof of anything: whoever is answered needs a token of that
 * tenant. Absent: the deployment's own.
 */
export const TENANT_HEADER = 'x-hookmint-tenant';
