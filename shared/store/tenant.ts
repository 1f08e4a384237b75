import type { Db } from 'mongodb';
import { DEFAULT_TENANT_SETTINGS, TenantSettings } from '../domain/tenant.ts';
import { parseDocument } from './document.ts';

type Document = TenantSettings & { _id: 'settings' };

/** Collection `tenant`: one document, the tenant's settings. */
export function tenantIn(db: Db) {
  const collection = db.collection<Document>('tenant');
  return {
    async settings(): Promise<TenantSettings> {
      const document = await collection.findOne({ _id: 'settings' }, { projection: { _id: 0 } });
      return document === null
        ? DEFAULT_TENANT_SETTINGS
        : parseDocument(TenantSettings, document, 'the tenant settings');
    },
    async putSettings(settings: TenantSettings): Promise<void> {
      await collection.replaceOne({ _id: 'settings' }, TenantSettings.parse(settings), { upsert: true });
    },
  };
}
