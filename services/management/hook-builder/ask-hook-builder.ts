import { z } from 'zod';
import type { HookSource } from '../../../hook-build/hook-source.ts';
import type { BuiltHook } from '../../../hook-build/built-hook.ts';
import { errorOf, HookBuildError } from '../../../hook-build/errors.ts';
import {
  BUILDS_PATH,
  BuildAnswer,
  MAX_BUILD_ANSWER_BYTES,
  MAX_BUILD_MS,
  type BuildRequest,
} from '../../../hook-build/service-protocol.ts';
import { holdsMoreValuesThan } from '../../../shared/json-values.ts';
import { logger } from '../../../shared/log.ts';
import { requestText, type TextRequest } from './request-text.ts';

/** A built hook has some 5,000 values, nearly all of them of its modules. */
const MAX_ANSWER_VALUES = 20_000;

const WALL_INTERVAL_MS = 30_000;
const WALL_TIMEOUT_MS = 5_000;
const MAX_HEALTH_BYTES = 4_096;
const Health = z.object({ builder_wall: z.enum(['bubblewrap', 'seccomp', 'none']) });

/**
 * Has a hook built by the hook-builder service. What it answers is believed no more than a stranger is.
 *
 * @throws {HookBuildError} What it answered, or `builder_unavailable`, or `build_failed` for what is no answer.
 */
export async function askHookBuilder(
  url: string,
  { code, language, contract, dependencies }: HookSource,
  caller: string,
): Promise<BuiltHook> {
  const asked: BuildRequest = {
    code,
    // A hook-builder of the release before knows JavaScript alone.
    ...(language === 'typescript' ? { language } : {}),
    ...(contract === undefined ? {} : { contract }),
    dependencies: Object.entries(dependencies),
    caller,
  };
  const text = await textOf(url, BUILDS_PATH, {
    body: JSON.stringify(asked),
    timeoutMs: MAX_BUILD_MS,
    maxBytes: MAX_BUILD_ANSWER_BYTES,
  });
  const answer = parse(text, BuildAnswer);
  if (answer === undefined) {
    const cause = new Error('it answered what no hook-builder answers');
    logger.warn({ err: cause }, 'the hook-builder');
    throw new HookBuildError('build_failed', 'the build of the hook ended without a result', { cause });
  }
  if ('failure' in answer) throw errorOf(answer.failure);
  return answer.built;
}

/** Asks the hook-builder now and again which wall it has around what it starts. */
export function followWall(url: string): { wall: () => string; stop: () => void } {
  let known = 'unknown';
  const look = async (): Promise<void> => {
    const before = known;
    try {
      const text = await textOf(url, '/readyz', { timeoutMs: WALL_TIMEOUT_MS, maxBytes: MAX_HEALTH_BYTES });
      known = parse(text, Health)?.builder_wall ?? 'unknown';
    } catch {
      known = 'unknown';
    }
    if (known !== before) logger.info({ wall: known }, `the wall around processes that build hooks: ${known}`);
  };
  void look();
  const timer = setInterval(() => void look(), WALL_INTERVAL_MS).unref();
  return { wall: () => known, stop: () => clearInterval(timer) };
}

async function textOf(url: string, path: string, request: TextRequest): Promise<string> {
  try {
    return await requestText(new URL(path, url), request);
  } catch (cause) {
    logger.warn({ err: cause }, 'the hook-builder does not answer');
    throw new HookBuildError('builder_unavailable', 'no hook can be built at the moment', { cause });
  }
}

function parse<T>(text: string, schema: z.ZodType<T>): T | undefined {
  if (holdsMoreValuesThan(MAX_ANSWER_VALUES, text)) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
