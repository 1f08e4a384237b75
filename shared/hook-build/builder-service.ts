import { z } from 'zod';
import { BuiltHook, type HookSource } from './build-hook.ts';
import { HOOK_BUILD_ERROR_CODES, HookBuildError } from './errors.ts';
import { BUNDLE_TIMEOUT_MS, FETCH_TIMEOUT_MS } from './limits.ts';

/** Where the service takes builds. */
export const BUILDS_PATH = '/builds';

/** What the service answers for a build that fails. */
export const BuildFailureBody = z.strictObject({
  code: z.enum(HOOK_BUILD_ERROR_CODES),
  message: z.string(),
  module: z.string().optional(),
  location: z.strictObject({ file: z.string(), line: z.number(), column: z.number() }).optional(),
});

const TIMEOUT_MS = FETCH_TIMEOUT_MS + 2 * BUNDLE_TIMEOUT_MS;

/** Has the service build a hook. @throws {HookBuildError} */
export async function askService(url: string, source: HookSource): Promise<BuiltHook> {
  let status: number;
  let body: unknown;
  try {
    const response = await fetch(new URL(BUILDS_PATH, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(source),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    status = response.status;
    body = await response.json();
  } catch (error) {
    throw unavailable(error);
  }
  const built = BuiltHook.safeParse(body);
  if (status === 200 && built.success) return built.data;
  const failure = BuildFailureBody.safeParse(body);
  if (!failure.success) throw unavailable(new Error(`it answered ${String(status)}`));
  const { code, message, module, location } = failure.data;
  throw new HookBuildError(code, message, { module, location });
}

function unavailable(cause: unknown): HookBuildError {
  return new HookBuildError('builder_unavailable', 'the service that builds hooks does not answer', { cause });
}
