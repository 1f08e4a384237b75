import type { Db } from 'mongodb';
import { z } from 'zod';
import { ClientAssertionIssuer } from '../domain/client-assertion-issuer.ts';
import { documentsIn, DuplicateError } from './documents.ts';

const DOCUMENT_ID = 'client_assertion_issuers';
const Document = z.object({ id: z.string(), issuers: z.array(ClientAssertionIssuer) });

type Issuers = readonly ClientAssertionIssuer[];

/** Collection `tenant`: one document has all issuers that are trusted, so that each of them is there once. */
export function clientAssertionIssuersIn(db: Db) {
  const documents = documentsIn(db, { name: 'tenant', schema: Document, idName: 'id', what: 'the trusted issuers' });
  return {
    list: async (): Promise<Issuers> => (await documents.find(DOCUMENT_ID))?.issuers ?? [],
    /** Changes them by a function of what they are now, as `documentsIn` has it. */
    async change(edit: (now: Issuers) => Issuers): Promise<{ before: Issuers; after: Issuers }> {
      for (;;) {
        const changed = await documents.change(DOCUMENT_ID, ({ issuers }) => ({
          id: DOCUMENT_ID,
          issuers: [...edit(issuers)],
        }));
        if (changed !== undefined) return { before: changed.before.issuers, after: changed.after.issuers };
        await documents.insert({ id: DOCUMENT_ID, issuers: [] }).catch(unlessThere);
      }
    },
  };
}

/** Another process has made it in the meantime. */
function unlessThere(error: unknown): void {
  if (!(error instanceof DuplicateError)) throw error;
}
