import { CodedError } from '../../../shared/coded-error.ts';

/** What kept a server's binary from being found: stable, one code per server. */
export type ServerUnavailableCode = 'NATS_SERVER_UNAVAILABLE' | 'MONGOD_UNAVAILABLE';

/** Why a server whose binary is there did not start. The codes are the contract, the messages are not. */
export type ServerStartCode =
  | 'PORT_TAKEN'
  | 'DATA_DIR_UNUSABLE'
  | 'DATA_DIR_IN_USE'
  | 'DATA_DIR_OTHER_VERSION'
  | 'DISK_FULL'
  | 'START_TIMED_OUT'
  | 'START_FAILED'
  | 'OWNER_REFUSED';

/** No way led to a binary. The message is one sentence: what was tried, why each failed, and the two ways out. */
export class ServerUnavailableError extends CodedError<ServerUnavailableCode> {}

/** The server was started and did not come up, or refused its set-up. The message is fit to be shown alone. */
export class ServerStartError extends CodedError<ServerStartCode> {}

/** One way did not work; `message` is the short reason. Never leaves this folder: the next way is tried. */
export class WayFailedError extends Error {
  override readonly name = 'WayFailedError';
}

/** The system's code of a failed call, such as `ENOENT`; undefined when the value carries none. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const own = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return own ?? systemCode(error.cause);
}
