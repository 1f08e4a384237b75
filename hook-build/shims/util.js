// What libraries ask of Node's util. What it shows is the runtime's, which is Node's own, made when it is first called.
const { isDeepStrictEqual } = require('./deep-equal.js');
const { coded, requireString } = require('./errors.js');
const functions = require('./util/functions.js');
const kinds = require('./util/kinds.js');
const types = require('./util-types.js');

const CUSTOM_INSPECT = Symbol.for('nodejs.util.inspect.custom');

const runtimeInspect = globalThis[Symbol.for('hookmint.inspect')];

/** @type {any} */
const inspect = function inspect(...args) {
  return runtimeInspect().inspect(...args);
};
inspect.custom = CUSTOM_INSPECT;
for (const name of ['colors', 'styles', 'defaultOptions']) {
  Object.defineProperty(inspect, name, {
    get: () => runtimeInspect().inspect[name],
    set(value) {
      runtimeInspect().inspect[name] = value;
    },
    enumerable: true,
    configurable: true,
  });
}

const format = (...args) => runtimeInspect().format(...args);
const formatWithOptions = (options, ...args) => runtimeInspect().formatWithOptions(options, ...args);

/** Colours are for terminals, which the streams of a hook are not. */
function styleText(format, text, { validateStream = true } = {}) {
  requireString('text', text);
  let [left, right] = ['', ''];
  for (const name of [format].flat()) {
    const codes = inspect.colors[name];
    if (codes === undefined) {
      const names = Object.keys(inspect.colors).map((known) => `'${known}'`);
      const message = `The argument 'format' must be one of: ${names.join(', ')}. Received ${inspect(name)}`;
      throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', message);
    }
    left += `\u001b[${codes[0]}m`;
    right = `\u001b[${codes[1]}m${right}`;
  }
  return validateStream ? text : left + text + right;
}

/**
 * Says something where the environment asks for it.
 *
 * @param {any} [callback]
 */
function debuglog(section, callback = undefined) {
  const name = `${section}`.toUpperCase();
  const isEnabled = () =>
    `${globalThis.process?.env?.NODE_DEBUG ?? ''}`
      .toUpperCase()
      .split(',')
      .some((asked) => asked === name || asked === '*');
  const log = (...args) => {
    if (isEnabled()) globalThis.console.error(`${name} ${process.pid}: ${format(...args)}`);
  };
  Object.defineProperty(log, 'enabled', { get: isEnabled, configurable: true, enumerable: true });
  callback?.(log);
  return log;
}

function _extend(target, source) {
  return source === null || typeof source !== 'object' ? target : Object.assign(target, source);
}

module.exports = {
  ...functions,
  ...kinds,
  _extend,
  debug: debuglog,
  debuglog,
  format,
  formatWithOptions,
  inspect,
  isDeepStrictEqual,
  log: (...args) => globalThis.console.log('%s - %s', new Date().toLocaleString(), format(...args)),
  stripVTControlCharacters: (text) => runtimeInspect().stripVTControlCharacters(text),
  styleText,
  toUSVString: (text) => `${text}`.toWellFormed(),
  types,
  get MIMEParams() {
    return require('./util/mime.js').MIMEParams;
  },
  get MIMEType() {
    return require('./util/mime.js').MIMEType;
  },
  get getCallSite() {
    return require('./util/call-sites.js').getCallSites;
  },
  get getCallSites() {
    return require('./util/call-sites.js').getCallSites;
  },
  getSystemErrorMap: () => require('./util/system-errors.js').getSystemErrorMap(),
  getSystemErrorMessage: (error) => require('./util/system-errors.js').getSystemErrorMessage(error),
  getSystemErrorName: (error) => require('./util/system-errors.js').getSystemErrorName(error),
  parseArgs: (...args) => require('./util/parse-args.js').parseArgs(...args),
  parseEnv: (content) => ({ ...require('./host.js').host('parseEnv', content) }),
  TextEncoder: globalThis.TextEncoder,
  TextDecoder: globalThis.TextDecoder,
};
