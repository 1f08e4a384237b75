import { z } from 'zod';
import { MAX_CLIENT_ID_LENGTH } from '../domain/client.ts';
import { MAX_IDENTIFIER_LENGTH } from '../domain/resource-server.ts';

/**
 * `hookmint.<tenant>.hook.recorded`: gateway → one management. Requests that hooks shaped, redacted and sealed by the gateway, which can open
 * none of them (`recording-seal.ts`). Nobody answers, and what is lost is lost: no token waits for a recording.
 */
export function hookRecordedSubject(tenant: string): string {
  return `hookmint.${tenant}.hook.recorded`;
}

export const HOOK_RECORDED_QUEUE = 'management';

/** Of one message. */
export const MAX_RECORDINGS = 200;
/** Longest input of a recording, bytes: the largest body, and metadata and claims. A longer one is not recorded. */
export const MAX_RECORDING_BYTES = 98_304;

export const HookRecorded = z.object({
  /** The key that all of them are sealed under, itself sealed. */
  key: z.string().max(512),
  recordings: z
    .array(
      z.object({
        id: z.string().max(64),
        /** Milliseconds since the epoch. */
        time_ms: z.number(),
        client_id: z.string().max(MAX_CLIENT_ID_LENGTH),
        audience: z.string().max(MAX_IDENTIFIER_LENGTH),
        /** Of a `RecordedInput` as JSON. */
        sealed: z.base64().max(2 * MAX_RECORDING_BYTES),
      }),
    )
    .max(MAX_RECORDINGS),
});
export type HookRecorded = z.infer<typeof HookRecorded>;
