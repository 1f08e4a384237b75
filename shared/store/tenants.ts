import type { Db } from 'mongodb';
import { HostedTenant } from '../domain/hosted-tenant.ts';
import { documentsIn } from './documents.ts';

/** Collection `tenants`, in the database of the deployment's own tenant: the others that it serves. */
export function tenantsIn(db: Db) {
  const documents = documentsIn(db, { name: 'tenants', schema: HostedTenant, idName: 'name', what: 'the tenant' });
  return {
    ...documents,
    /** Two of one issuer would be two services at one address. */
    createIndexes: () => documents.collection.createIndex({ issuer: 1 }, { unique: true }, {}),
  };
}
