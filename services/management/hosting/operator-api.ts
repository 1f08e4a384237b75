/** Where the operator of a deployment makes tenants, at the issuer of the deployment's own. */
export const OPERATOR_PATH = '/operator/v1';

/** `aud` of tokens for it: those of the Management API are for another. */
export const operatorAudience = (issuer: string): string => `${issuer}operator/v1/`;

export const OPERATOR_SCOPES = ['create:tenants', 'delete:tenants', 'read:tenants', 'update:tenants'] as const;
