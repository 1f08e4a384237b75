import type { BuildFailure, Location } from 'esbuild';
import { HookBuildError, type HookBuildErrorCode, type SourceLocation } from './errors.ts';
import { moduleOfFile } from './module-name.ts';

/** What a plugin's error carries as `detail`. */
export interface FailureDetail {
  code: HookBuildErrorCode;
  module: string;
}

/** Of the paths that the bundler is given: none of them is a file of this machine. */
export const BUNDLE_NAMESPACE = 'bundle';

const NAMESPACE = /^bundle:/;
const AS_MODULE = /\?\.mjs$/;

/** Turns a path of the bundler into the one that authors know. */
export function shownPath(path: string): string {
  return path.replace(NAMESPACE, '').replace(AS_MODULE, '');
}

/** esbuild counts lines from 1, columns from 0 and in bytes. */
export function locationOf(location: Location | null): SourceLocation | undefined {
  if (location === null) return undefined;
  const before = Buffer.from(location.lineText).subarray(0, location.column).toString();
  return { file: shownPath(location.file), line: location.line, column: before.length + 1 };
}

/** What esbuild threw, as the error to be shown; anything but a failed build comes back as it is. */
export function buildFailure(error: unknown): unknown {
  if (!isBuildFailure(error)) return error;
  const [first] = error.errors;
  if (first === undefined) return error;
  // Thrown by the answers to the bundler: a fault of theirs.
  if (first.detail instanceof Error) return first.detail;
  const location = locationOf(first.location);
  const detail = first.detail as FailureDetail | undefined;
  if (typeof detail?.code === 'string') {
    return new HookBuildError(detail.code, first.text, { module: detail.module, location, cause: error });
  }
  const own = location?.file.includes('node_modules/') !== true;
  const module = own ? undefined : moduleOfFile(`/${location.file}`)?.name;
  return new HookBuildError(own ? 'hook_syntax_error' : 'module_unreadable', first.text, {
    module,
    location,
    cause: error,
  });
}

export function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
