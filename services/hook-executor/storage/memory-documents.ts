import type { HookDocuments, StoredDocument } from './hook-documents.ts';

/** Documents that stay as long as the process: for runs without a bus. */
export function memoryDocuments(): HookDocuments {
  const documents = new Map<string, StoredDocument>();
  const last = (hookId: string): StoredDocument => documents.get(hookId) ?? { json: undefined, sequence: 0 };
  return {
    read: (hookId) => Promise.resolve(last(hookId)),
    write: (hookId, json, expected) => {
      const { sequence } = last(hookId);
      if (expected !== undefined && expected !== sequence) return Promise.resolve(undefined);
      documents.set(hookId, { json, sequence: sequence + 1 });
      return Promise.resolve(sequence + 1);
    },
  };
}
