import type { Response } from 'express';
import { HookmintError } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import { storeFailureOf } from '../../../shared/store/store-failure.ts';
import { ApiError } from './api-error.ts';
import type { ErrorCode } from './error-codes.ts';

/** Answers anything thrown: what is meant for the client as it is, the rest as 500 without detail. */
export function answerError(error: unknown, response: Response): void {
  const failure = asApiError(error);
  if (response.headersSent) response.destroy();
  else response.status(failure.status).set(failure.headers).json(failure);
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (storeFailureOf(error) !== undefined) {
    logger.warn({ err: error }, 'the store cannot be used');
    return unavailable('store_unavailable', 'The store cannot be used at the moment', error);
  }
  if (error instanceof HookmintError && error.code.startsWith('bus_')) {
    logger.warn({ err: error }, 'a service on the bus did not answer');
    return unavailable('service_unavailable', 'A required service does not answer at the moment', error);
  }
  if (error instanceof HookmintError && error.code === 'store_contended') {
    return new ApiError(409, 'too_many_writers', error.message, { cause: error });
  }
  const malformed = asMalformedRequest(error);
  if (malformed !== undefined) return malformed;
  logger.error({ err: error }, 'a request failed unexpectedly');
  return new ApiError(500, 'internal_error', 'An internal error occurred', { cause: error });
}

/** Of a write: it was made in part, or nobody knows whether it was. It is announced and audited as such. */
export function outcomeUnknown(cause: unknown): ApiError {
  logger.warn({ err: cause }, 'a change may be in effect, and nobody said so');
  const message = 'The change may be in effect: the servers did not say so in time. Read it, or make it again';
  return unavailable('write_outcome_unknown', message, cause);
}

/** Errors of the body parsers and the router: the input was malformed, and their `status` says how. */
function asMalformedRequest(error: unknown): ApiError | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  const { status } = error;
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined;
  if (error instanceof URIError) {
    return new ApiError(400, 'invalid_uri', 'Path validation error: the path is not percent-encoded correctly', {
      cause: error,
    });
  }
  const [errorCode, message] = MALFORMED.get(status) ?? (['invalid_request', 'The request is malformed'] as const);
  return new ApiError(status, errorCode, message, { cause: error });
}

const MALFORMED: ReadonlyMap<number, [errorCode: ErrorCode, message: string]> = new Map([
  [400, ['invalid_body', 'Invalid request payload JSON format']],
  [413, ['payload_too_large', 'The request body is too large']],
  [415, ['unsupported_media_type', 'The Content-Type, charset or Content-Encoding of the request is not supported']],
]);

function unavailable(errorCode: ErrorCode, message: string, cause: unknown): ApiError {
  return new ApiError(503, errorCode, message, { cause, headers: { 'Retry-After': '1' } });
}
