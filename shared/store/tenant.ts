import type { Db } from 'mongodb';
import { z } from 'zod';
import { DEFAULT_TENANT_SETTINGS, TenantSettings } from '../domain/tenant.ts';
import { documentsIn, DuplicateError } from './documents.ts';

const SETTINGS_ID = 'settings';
const Document = z.object({ id: z.string(), ...TenantSettings.shape });

/** Collection `tenant`: one document has the tenant's settings. */
export function tenantIn(db: Db) {
  const documents = documentsIn(db, { name: 'tenant', schema: Document, idName: 'id', what: 'the tenant' });
  return {
    async settings(): Promise<TenantSettings> {
      const document = await documents.find(SETTINGS_ID);
      return document === undefined ? DEFAULT_TENANT_SETTINGS : settingsOf(document);
    },
    async putSettings(settings: z.input<typeof TenantSettings>): Promise<void> {
      await documents.put({ id: SETTINGS_ID, ...settings });
    },
    /** Changes the settings by a function of what they are now, as `documentsIn` has it. */
    async changeSettings(
      edit: (now: TenantSettings) => TenantSettings | Promise<TenantSettings>,
    ): Promise<{ before: TenantSettings; after: TenantSettings }> {
      const editDocument = async (now: z.infer<typeof Document>) => ({ ...(await edit(now)), id: SETTINGS_ID });
      for (;;) {
        const changed = await documents.change(SETTINGS_ID, editDocument);
        if (changed !== undefined) return { before: settingsOf(changed.before), after: settingsOf(changed.after) };
        await documents.insert({ id: SETTINGS_ID, ...DEFAULT_TENANT_SETTINGS }).catch(unlessThere);
      }
    },
  };
}

function settingsOf({ id: _, ...settings }: z.infer<typeof Document>): TenantSettings {
  return settings;
}

/** Another process has made them in the meantime. */
function unlessThere(error: unknown): void {
  if (!(error instanceof DuplicateError)) throw error;
}
