import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode, type Inexistent } from './error-codes.ts';

/** The body of every answer that is not a success (contract §5). `errorCode` is stable; the message is for people. */
export const ApiErrorBody = z
  .object({
    statusCode: z.int(),
    /** The status in words. */
    error: z.string(),
    message: z.string(),
    errorCode: z.enum(Object.keys(ERROR_CODES) as ErrorCode[]).optional(),
  })
  .meta({ id: 'Error' });

/** An answer that is not a success. Its text goes to the client as it is. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly errorCode: ErrorCode | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    errorCode: ErrorCode | undefined,
    message: string,
    options: ErrorOptions & { headers?: Record<string, string> } = {},
  ) {
    super(message, options);
    this.status = status;
    this.errorCode = errorCode;
    this.headers = options.headers ?? {};
  }

  toJSON(): z.infer<typeof ApiErrorBody> {
    return {
      statusCode: this.status,
      error: STATUS_CODES[this.status] ?? 'Error',
      message: this.message,
      ...(this.errorCode === undefined ? {} : { errorCode: this.errorCode }),
    };
  }
}

/** 400: the body cannot be taken; the message names the member and the fix. */
export const invalidBody = (message: string, options?: ErrorOptions): ApiError =>
  new ApiError(400, 'invalid_body', `Payload validation error: ${message}`, options);

/** 400: the query cannot be taken; the message names the parameter and the fix. */
export const invalidQuery = (message: string): ApiError =>
  new ApiError(400, 'invalid_query_string', `Query validation error: ${message}.`);

/** 404: `inexistent_client` and the like. */
export function inexistent(what: Inexistent): ApiError;
export function inexistent(what: string, errorCode: ErrorCode): ApiError;
export function inexistent(what: string, errorCode?: ErrorCode): ApiError {
  return new ApiError(
    404,
    errorCode ?? (`inexistent_${what.replaceAll(' ', '_')}` as ErrorCode),
    `The ${what} does not exist`,
  );
}

/** 409: a name or identifier that is taken. */
export const conflict = (errorCode: ErrorCode, message: string): ApiError => new ApiError(409, errorCode, message);
