import { context, SpanKind } from '@opentelemetry/api';
import { z } from 'zod';
import type { HookRevision } from '../../../shared/domain/hook.ts';
import { MAX_HOOK_DOCUMENT_BYTES } from '../../../shared/subjects/hook-storage.ts';
import { inSpan } from '../../../shared/telemetry/tracing.ts';
import { parseCall } from '../sandbox/host-calls/parse-call.ts';
import { StorageError, type HookDocuments } from './hook-documents.ts';

/** Calls of `context.webtask.storage` in one run; one more is refused to the hook. */
const STORAGE_CALLS_PER_RUN = 20;
/** Longest wait for one answer, milliseconds; less when the run's deadline comes first. */
const MAX_WAIT_MS = 5_000;

const Request = z.discriminatedUnion('operation', [
  z.strictObject({ operation: z.literal('get') }),
  z.strictObject({
    operation: z.literal('set'),
    force: z.boolean(),
    /** UTF-16 units of the document's JSON text; 0 takes the document away. */
    length: z.int().nonnegative(),
    /** The text; left out of a request when it is too long to be taken anyway. */
    json: z.string().optional(),
  }),
]);
type Request = z.infer<typeof Request>;

/** What a hook is answered: its document now, and whether that is why nothing was written. */
type Answer = { json: string | null; conflict: boolean };

/** Answers calls of `context.webtask.storage`: JSON text in, JSON text out; throws a {@link StorageError}. */
export type Storage = (request: string) => Promise<string>;

/**
 * The storage of one run: the document of its hook and of no other, a bounded number of calls, each a span of the run's trace.
 * A write without `force` holds only when the document is the one that this run has read or written last.
 */
export function storageOfRun(
  documents: HookDocuments,
  { hook_id }: Pick<HookRevision, 'hook_id'>,
  deadlineMs: number,
): Storage {
  let calls = 0;
  let seen: number | undefined;

  async function get(timeoutMs: number): Promise<Answer> {
    const { json, sequence } = await documents.read(hook_id, timeoutMs);
    seen = sequence;
    return { json: json ?? null, conflict: false };
  }

  async function set(json: string | undefined, force: boolean, timeoutMs: number): Promise<Answer> {
    const sequence = await documents.write(hook_id, json, force ? undefined : seen, timeoutMs);
    if (sequence === undefined) {
      const { json: current } = await documents.read(hook_id, timeoutMs);
      return { json: current ?? null, conflict: true };
    }
    seen = sequence;
    return { json: null, conflict: false };
  }

  return context.bind(context.active(), async (text: string) => {
    if (++calls > STORAGE_CALLS_PER_RUN) {
      throw new StorageError(
        'STORAGE_TOO_MANY_CALLS',
        `a run may call the storage ${String(STORAGE_CALLS_PER_RUN)} times`,
      );
    }
    const request = parseRequest(text);
    const timeoutMs = Math.min(MAX_WAIT_MS, deadlineMs - Date.now());
    if (timeoutMs <= 0) throw new StorageError('STORAGE_TIMED_OUT', 'the time of the run is over');
    const attributes = { 'hookmint.hook.id': hook_id, 'hookmint.storage.operation': request.operation };
    return inSpan(`storage ${request.operation}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      const answer =
        request.operation === 'get' ? await get(timeoutMs) : await set(documentOf(request), request.force, timeoutMs);
      span.setAttribute('hookmint.storage.conflict', answer.conflict);
      return JSON.stringify(answer);
    });
  });
}

function parseRequest(text: string): Request {
  try {
    return Request.parse(parseCall(text));
  } catch (error) {
    throw new StorageError('STORAGE_INVALID_REQUEST', 'the storage request is not valid', { cause: error });
  }
}

/** What another run will parse is JSON, whatever the sandbox process says it is. */
function documentOf({ length, json }: Extract<Request, { operation: 'set' }>): string | undefined {
  if (length === 0) return undefined;
  const bytes = json === undefined ? length : Buffer.byteLength(json);
  if (bytes > MAX_HOOK_DOCUMENT_BYTES) {
    throw new StorageError(
      'STORAGE_DOCUMENT_TOO_LARGE',
      `a hook's document is limited to ${String(MAX_HOOK_DOCUMENT_BYTES)} bytes of JSON; this one has ${json === undefined ? 'more' : String(bytes)}`,
    );
  }
  try {
    JSON.parse(json ?? '');
  } catch (error) {
    throw new StorageError('STORAGE_INVALID_REQUEST', 'the document is not JSON', { cause: error });
  }
  return json;
}
