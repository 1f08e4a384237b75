import { ApiError } from '../../../api/api-error.ts';

/** Most brackets within each other: what the parser of the logic takes grows with their square. */
export const MAX_DEPTH = 16;

export const tooDeep = (): ApiError => searchError(`a search must be at most ${String(MAX_DEPTH)} levels deep`);

/** 400: a search that is not understood; the message says what is. */
export const searchError = (message: string, cause?: unknown): ApiError =>
  new ApiError(400, 'invalid_query_string', `Query validation error: '${message}'.`, { cause });
