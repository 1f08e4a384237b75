import { createTurns } from '../shared/turns.ts';
import { HookBuildError } from './errors.ts';
import {
  MAX_BUILDS_AT_ONCE,
  MAX_BUILDS_AT_ONCE_OF_ONE_CALLER,
  MAX_BUILDS_WAITING,
  MAX_BUILDS_WAITING_OF_ONE_CALLER,
} from './limits.ts';

/** Builds of this process; what is too many is a {@link HookBuildError} `build_queue_full`. */
export const inTurn = createTurns({
  atOnce: MAX_BUILDS_AT_ONCE,
  maxWaiting: MAX_BUILDS_WAITING,
  ofOneCaller: { atOnce: MAX_BUILDS_AT_ONCE_OF_ONE_CALLER, maxWaiting: MAX_BUILDS_WAITING_OF_ONE_CALLER },
  full: () => new HookBuildError('build_queue_full', 'too many hooks are being built: try again in a few seconds'),
});
