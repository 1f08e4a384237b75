import { ApiError } from '../../../api/api-error.ts';

/** 400: a search that is not understood; the message says what is. */
export const searchError = (message: string, cause?: unknown): ApiError =>
  new ApiError(400, 'invalid_query_string', `Query validation error: '${message}'.`, { cause });
