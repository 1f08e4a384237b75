import { z } from 'zod';
import { HOOK_KINDS } from '../shared/domain/contracts.ts';
import { MAX_HOOK_CODE_BYTES, MAX_HOOK_SCRIPT_BYTES } from '../shared/domain/hook.ts';
import { BuiltHook } from './built-hook.ts';
import { BUNDLE_TIMEOUT_MS, FETCH_TIMEOUT_MS } from './limits.ts';
import { ToldFailure } from './told-failure.ts';

/** What a hook-builder is asked by `POST`, as JSON, and what it answers: 200 with the hook, 422 with why there is none. */
export const BUILDS_PATH = '/builds';

const MAX_NAME_LENGTH = 1_024;
const name = z.string().max(MAX_NAME_LENGTH);

export const BuildRequest = z.strictObject({
  code: z.string().min(1).max(MAX_HOOK_CODE_BYTES),
  /** Left out: JavaScript. */
  language: z.literal('typescript').optional(),
  /** Left out: the code tells. */
  contract: z.enum(HOOK_KINDS).optional(),
  dependencies: z.array(z.tuple([name, name])).max(1_000),
  /** On whose behalf, so that one does not have all places. */
  caller: name,
});
export type BuildRequest = z.infer<typeof BuildRequest>;

export const BuildAnswer = z.union([z.strictObject({ built: BuiltHook }), z.strictObject({ failure: ToldFailure })]);
export type BuildAnswer = z.input<typeof BuildAnswer>;

/** JSON has six characters for some bytes. */
export const MAX_BUILD_REQUEST_BYTES = 6 * MAX_HOOK_CODE_BYTES + 1_048_576;
export const MAX_BUILD_ANSWER_BYTES = 6 * MAX_HOOK_SCRIPT_BYTES;

/** From the question to the answer, with the time that it waits for others: two builds before it, and its own. */
export const MAX_BUILD_MS = 3 * (FETCH_TIMEOUT_MS + 2 * BUNDLE_TIMEOUT_MS);
