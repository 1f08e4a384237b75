/** Why a hook could not be built. The codes are the contract, the messages are prose that names the module and the way out. */
export const HOOK_BUILD_ERROR_CODES = [
  /** The hook itself is no JavaScript. */
  'hook_syntax_error',
  /** The hook exports nothing that a trigger calls. */
  'hook_exports_nothing',
  /** A webhook's configuration is not that of its contract. */
  'webhook_invalid',
  /** The hook requires a module that neither its `dependencies` nor the default modules have. */
  'module_undeclared',
  /** A name or version in `dependencies` that no registry can have, or that is not a registry's. */
  'dependency_invalid',
  /** The registry has no such module, or not in that version. */
  'module_unavailable',
  /** The module needs compiled code. */
  'module_native',
  /** A required file is not in the module. */
  'module_unresolved',
  /** A module's file is nothing that can be bundled. */
  'module_unreadable',
  /** The modules together are larger than a revision may be. */
  'bundle_too_large',
  'registry_unreachable',
  /** The registry answered what no registry answers, or refused to. */
  'registry_failed',
  /** A module, or one that it needs, is not a tarball of the registry with an integrity. */
  'module_refused',
  /** A module's tarball is not what its integrity says, is not a tarball, or has names that leave it. */
  'module_damaged',
  /** The modules that a hook needs are more, or larger, than a build takes. */
  'modules_too_large',
  'build_timed_out',
  'build_out_of_memory',
  /** The build ended without a result. */
  'build_failed',
  /** As many builds wait as may wait. */
  'build_queue_full',
  /** The hook-builder does not answer. */
  'builder_unavailable',
] as const;
export type HookBuildErrorCode = (typeof HOOK_BUILD_ERROR_CODES)[number];

/** A place in the author's file or in a module's. Line and column count from 1. */
export interface SourceLocation {
  file: string;
  line: number;
  column: number;
}

export class HookBuildError extends Error {
  override readonly name = 'HookBuildError';
  readonly code: HookBuildErrorCode;
  /** The message without the place. */
  readonly bareMessage: string;
  /** The module it is about, when it is about one. */
  readonly module: string | undefined;
  readonly location: SourceLocation | undefined;

  constructor(
    code: HookBuildErrorCode,
    message: string,
    options: ErrorOptions & { module?: string | undefined; location?: SourceLocation | undefined } = {},
  ) {
    const { location } = options;
    super(
      location === undefined ? message : `${location.file}:${location.line}:${location.column}: ${message}`,
      options,
    );
    this.code = code;
    this.bareMessage = message;
    this.module = options.module;
    this.location = location;
  }
}

/** A {@link HookBuildError} as one process tells it to another. */
export interface BuildFailure {
  code: HookBuildErrorCode;
  message: string;
  module?: string | undefined;
  location?: SourceLocation | undefined;
}

export function failureOf({ code, bareMessage: message, module, location }: HookBuildError): BuildFailure {
  return { code, message, module, location };
}

export function errorOf({ code, message, module, location }: BuildFailure): HookBuildError {
  return new HookBuildError(code, message, { module, location });
}
