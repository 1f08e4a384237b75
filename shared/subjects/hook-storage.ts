/**
 * The JetStream key-value bucket of `context.webtask.storage`: one JSON document for each hook, the last one written. Its layout
 * is that of NATS's own buckets, so `nats kv get HOOKMINT_STORAGE <tenant>.<hook id>` shows a document.
 */
export const HOOK_STORAGE_BUCKET = 'HOOKMINT_STORAGE';
export const HOOK_STORAGE_STREAM = `KV_${HOOK_STORAGE_BUCKET}`;
export const HOOK_STORAGE_SUBJECTS = [`$KV.${HOOK_STORAGE_BUCKET}.*.*`];

/** Largest document of a hook, bytes of UTF-8 JSON (webtask: 500 kB). A larger one is refused to the hook. */
export const MAX_HOOK_DOCUMENT_BYTES = 524_288;

/** `$KV.HOOKMINT_STORAGE.<tenant>.<hook id>`: the document of one hook; an empty message for none. */
export function hookStorageSubject(tenant: string, hookId: string): string {
  return `$KV.${HOOK_STORAGE_BUCKET}.${token(tenant)}.${token(hookId)}`;
}

/** Request of the last message on a subject; answered with it, or with status 404. */
export function hookStorageReadSubject(tenant: string, hookId: string): string {
  return `$JS.API.DIRECT.GET.${HOOK_STORAGE_STREAM}.${hookStorageSubject(tenant, hookId)}`;
}

/** One token of a subject that stands for this text and for no other: what a token may not hold is `=` and its bytes in hex. */
function token(text: string): string {
  if (text === '') return '=';
  return text.replace(/[^A-Za-z0-9_-]/gu, (character) =>
    Buffer.from(character).reduce((hex, byte) => `${hex}=${byte.toString(16).padStart(2, '0')}`, ''),
  );
}
