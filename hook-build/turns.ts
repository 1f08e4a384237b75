import { createTurns } from '../shared/turns.ts';
import { HookBuildError } from './errors.ts';
import { MAX_BUILDS_AT_ONCE, MAX_BUILDS_WAITING } from './limits.ts';

/** Builds of this process; what is too many is a {@link HookBuildError} `build_queue_full`. */
export const inTurn = createTurns({
  atOnce: MAX_BUILDS_AT_ONCE,
  maxWaiting: MAX_BUILDS_WAITING,
  full: () => new HookBuildError('build_queue_full', 'too many hooks are being built: try again in a few seconds'),
});
