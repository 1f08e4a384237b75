// Where a function was called.
const { invalidArgType, outOfRange, requireObject } = require('../errors.js');

const MAX_FRAMES = 200;

function getCallSites(/** @type {any} */ count = 10, /** @type {any} */ options = undefined) {
  let frames = count;
  if (options === undefined && typeof count === 'object' && count !== null) [frames, options] = [10, count];
  if (options !== undefined) {
    requireObject('options', options);
    const { sourceMap } = options;
    if (sourceMap !== undefined && typeof sourceMap !== 'boolean')
      throw invalidArgType('options.sourceMap', 'of type boolean', sourceMap);
  }
  if (typeof frames !== 'number') throw invalidArgType('frameCount', 'of type number', frames);
  if (!Number.isInteger(frames)) throw outOfRange('frameCount', 'an integer', frames);
  if (!(frames >= 1 && frames <= MAX_FRAMES)) throw outOfRange('frameCount', `>= 1 && <= ${MAX_FRAMES}`, frames);

  const { prepareStackTrace, stackTraceLimit } = Error;
  const target = { stack: /** @type {any} */ (undefined) };
  try {
    Error.stackTraceLimit = frames;
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.captureStackTrace(target, getCallSites);
    return target.stack.map((site) => ({
      functionName: site.getFunctionName() ?? '',
      scriptId: '0',
      scriptName: site.getFileName() ?? '',
      lineNumber: site.getLineNumber(),
      columnNumber: site.getColumnNumber(),
      column: site.getColumnNumber(),
    }));
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

module.exports = { getCallSites };
