import { jetstream } from '@nats-io/jetstream';
import { TimeoutError, type NatsConnection } from '@nats-io/transport-node';
import { jetStreamRefusalOf } from '../../../shared/bus/jetstream-refusal.ts';
import { logger } from '../../../shared/log.ts';
import { hookStorageReadSubject, hookStorageSubject } from '../../../shared/subjects/hook-storage.ts';
import { StorageError, type HookDocuments } from './hook-documents.ts';

const NOT_FOUND = 404;

/** Documents in the bucket of shared/bus/streams/hook-storage.ts: every executor sees them, and the server decides who came first. */
export function busDocuments(connection: NatsConnection, tenant: string): HookDocuments {
  const client = jetstream(connection);
  return {
    async read(hookId, timeoutMs) {
      const subject = hookStorageReadSubject(tenant, hookId);
      const message = await connection.request(subject, '', { timeout: timeoutMs }).catch(fail);
      const { headers } = message;
      if (headers?.code === NOT_FOUND) return { json: undefined, sequence: 0 };
      const sequence = Number(headers?.get('Nats-Sequence'));
      if (headers?.code !== 0 || !Number.isSafeInteger(sequence) || sequence < 1) {
        return fail(new Error(`the bus answered ${String(headers?.code)} ${String(headers?.description)}`));
      }
      return { json: message.data.length === 0 ? undefined : message.string(), sequence };
    },
    async write(hookId, json, expected, timeoutMs) {
      const options = {
        timeout: timeoutMs,
        ...(expected === undefined ? {} : { expect: { lastSubjectSequence: expected } }),
      };
      try {
        return (await client.publish(hookStorageSubject(tenant, hookId), json ?? '', options)).seq;
      } catch (error) {
        if (jetStreamRefusalOf(error) === 'taken') return undefined;
        return fail(error);
      }
    },
  };
}

function fail(error: unknown): never {
  logger.error({ err: error }, 'the document of a hook was not read or written');
  if (jetStreamRefusalOf(error) === 'full') {
    throw new StorageError('STORAGE_FULL', 'no space is left for documents of hooks', { cause: error });
  }
  const late = error instanceof TimeoutError || (error instanceof Error && error.cause instanceof TimeoutError);
  throw late
    ? new StorageError('STORAGE_TIMED_OUT', 'the storage did not answer in time', { cause: error })
    : new StorageError('STORAGE_UNAVAILABLE', 'the storage cannot be used', { cause: error });
}
