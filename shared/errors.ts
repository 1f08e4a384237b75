import { CodedError } from './coded-error.ts';

/**
 * Every error hookmint raises on purpose has one of these codes. The code is the contract and never changes meaning; the
 * message is prose for the reader of the log: it names the problem and its solution.
 */
export type HookmintErrorCode =
  | 'config_invalid'
  | 'bus_unreachable'
  | 'bus_no_responders'
  | 'bus_deadline_exceeded'
  | 'bus_unresponsive'
  | 'bus_message_too_large'
  | 'bus_invalid_reply'
  | 'bus_remote_error'
  | 'bus_jetstream_missing'
  | 'store_unreachable'
  | 'store_document_invalid'
  | 'store_contended'
  | 'store_newer'
  | 'signing_key_missing'
  | 'signing_keys_stale'
  | 'signing_key_undecryptable'
  | 'reserved_claim'
  | 'port_unavailable'
  | 'hook_secrets_undecryptable'
  | 'recording_undecryptable'
  | 'sandbox_wall_unavailable';

export class HookmintError extends CodedError<HookmintErrorCode> {}

/** The text of anything thrown, for logs. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
