import { z } from 'zod';
import { HOOK_BUILD_ERROR_CODES } from './errors.ts';
import { MAX_FAILURE_TEXT_LENGTH } from './limits.ts';

const text = z.string().transform((told) => told.slice(0, MAX_FAILURE_TEXT_LENGTH));

/** A `BuildFailure` of a process that is believed no more than a stranger is. */
export const ToldFailure = z.strictObject({
  code: z.enum(HOOK_BUILD_ERROR_CODES),
  message: text,
  module: text.optional(),
  location: z.strictObject({ file: text, line: z.number(), column: z.number() }).optional(),
});
