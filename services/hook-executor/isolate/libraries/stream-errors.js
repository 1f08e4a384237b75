// What the streams' library knows as TypeError: the language's own, with the code that Node has for it.
const { TypeError: LanguageTypeError } = globalThis;

/** @type {[RegExp, string][]} */
const CODES = [
  [/ can (only|not) be used on /, 'ERR_INVALID_THIS'],
  [/ is not iterable/, 'ERR_ARG_NOT_ITERABLE'],
  [/ is required/, 'ERR_MISSING_ARGS'],
  [/ is not an? |instance of/, 'ERR_INVALID_ARG_TYPE'],
];

function StreamTypeError(message) {
  const error = new LanguageTypeError(message);
  error.code = CODES.find(([text]) => text.test(message))?.[1] ?? 'ERR_INVALID_STATE';
  return error;
}

export { StreamTypeError as TypeError };
