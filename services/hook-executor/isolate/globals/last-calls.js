import { getOwnPropertyDescriptor, push, slice, tryToDefine } from './intrinsics.js';

// What runs ask for that takes time, and where: for the author of one that waits in vain.

/** Calls that are told of one run, and characters of what each asked for and of its stack. */
const MAX_TOLD = 10;
const MAX_DETAIL_LENGTH = 2_048;
const MAX_STACK_LENGTH = 8_192;
/** As many frames as lead from a library's request to the author's line. */
const MAX_FRAMES = 40;

const ErrorClass = Error;

/** Where the code is that runs now; {@link told} reads it. */
export function placeOfCaller() {
  const limit = getOwnPropertyDescriptor(ErrorClass, 'stackTraceLimit');
  // What the hook made of it counts.
  if (limit === undefined || !limit.writable) return new ErrorClass();
  tryToDefine(ErrorClass, 'stackTraceLimit', { __proto__: null, ...limit, value: MAX_FRAMES });
  const place = new ErrorClass();
  tryToDefine(ErrorClass, 'stackTraceLimit', { __proto__: null, ...limit });
  return place;
}

function told({ kind, detail, place }, answered) {
  let stack;
  try {
    stack = place.stack;
  } catch {
    // A hook may have its own way to write stacks.
  }
  const text = typeof stack === 'string' ? slice(stack, 0, MAX_STACK_LENGTH) : '';
  return [kind, slice(`${detail}`, 0, MAX_DETAIL_LENGTH), answered, text];
}

/**
 * Of calls and timers `{ kind, detail, place }`: those that are open, or the last that was answered, as lists of kind, detail, whether it was
 * answered, and stack.
 */
export function lastCalls(open, answered) {
  const list = [];
  for (let i = 0; i < open.length && i < MAX_TOLD; i++) push(list, told(open[i], false));
  if (open.length === 0 && answered !== undefined) push(list, told(answered, true));
  return list;
}
