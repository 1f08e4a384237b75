/** Where the operator of a deployment makes tenants, at the issuer of the deployment's own. */
export const OPERATOR_PATH = '/operator/v1';

/** `aud` of tokens for it: those of the Management API are for another. */
export const operatorAudience = (issuer: string): string => `${issuer}operator/v1/`;

/** What is kept for it among APIs and grants. The Management API neither shows nor changes them: who administers a tenant does not make operators. */
export const OPERATOR_API_ID = 'operator-api';
export const OPERATOR_GRANT_ID = 'operator-grant';

export const OPERATOR_SCOPES = ['create:tenants', 'delete:tenants', 'read:tenants', 'update:tenants'] as const;
