import { CodedError } from '../../../shared/coded-error.ts';

/** Why the keys of a client are not there; for the log, never for a client. */
type KeySetErrorCode =
  | 'JWKS_URI_INVALID'
  | 'JWKS_ADDRESS_NOT_ALLOWED'
  | 'JWKS_BUSY'
  | 'JWKS_TIMED_OUT'
  | 'JWKS_UNREACHABLE'
  | 'JWKS_STATUS'
  | 'JWKS_TOO_LARGE'
  | 'JWKS_INVALID'
  | 'DISCOVERY_INVALID';

export class KeySetError extends CodedError<KeySetErrorCode> {}
