/** `aud` of access tokens for the Management API of a tenant (contract §5). */
export const managementAudience = (issuer: string): string => `${issuer}api/v2/`;
