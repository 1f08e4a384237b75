import { includes, joinArray, min, push, slice } from './intrinsics.js';
import { library } from './libraries.js';

// Node's own inspect, for console and errors: console output is bounded, whatever it is that is shown.

/** Characters after which the rest is left out. */
const MAX_OUTPUT_LENGTH = 131_072;
const UNSHOWABLE = '[value that cannot be shown]';

/** More would be texts of nothing but indentation. */
const MAX_DEPTH = 250;

/** Counts what is shown. Once there is enough, the library is kept from going deeper. */
function bounded(options) {
  let left = MAX_OUTPUT_LENGTH;
  /** @this {{ depth: number, maxArrayLength: number, indentationLvl: number } | undefined} the library's state, but for primitives */
  function stylize(text) {
    left -= text.length + (this?.indentationLvl ?? 0) + 1;
    if (left >= 0) return text;
    if (this !== undefined) {
      this.depth = -1;
      this.maxArrayLength = 0;
    }
    return '…';
  }
  return { ...options, stylize };
}

const cut = (text) => (text.length > MAX_OUTPUT_LENGTH ? `${slice(text, 0, MAX_OUTPUT_LENGTH)}…` : text);

function shown(value, { depth = 2, ...options }) {
  return library('inspect').inspect(value, bounded({ ...options, depth: min(depth ?? MAX_DEPTH, MAX_DEPTH) }));
}

/** Text of any value; of what throws when it is looked at, that. */
export function inspect(value, options = {}) {
  try {
    return cut(shown(value, options));
  } catch {
    return UNSHOWABLE;
  }
}

function isShowable(value) {
  try {
    shown(value, {});
    // As `%o` looks at it.
    shown(value, { showHidden: true, depth: 4 });
    return true;
  } catch {
    return false;
  }
}

const isText = (value) => typeof value === 'string';
const areTexts = (args) => {
  for (let i = 0; i < args.length; i++) if (!isText(args[i])) return false;
  return true;
};

/** Node's util.format. */
export function format(args) {
  // Most lines are texts, which need no library.
  if (areTexts(args) && (args.length <= 1 || !includes(args[0], '%'))) return cut(joinArray(args, ' '));
  const formatted = (values) => cut(library('inspect').formatWithOptions(bounded({}), ...values));
  try {
    return formatted(args);
  } catch {
    // What `%j` calls may throw to the hook, as in Node; what cannot be looked at does not.
    const values = [];
    for (let i = 0; i < args.length; i++) push(values, isText(args[i]) || isShowable(args[i]) ? args[i] : UNSHOWABLE);
    return isLibraryThere() ? formatted(values) : joinArray(values, ' ');
  }
}

/** Not where a hook had changed the built-ins beyond use before it first needed it. */
function isLibraryThere() {
  try {
    return library('inspect') !== undefined;
  } catch {
    return false;
  }
}
