// Node's `Console`, which prints to streams: with the methods of the runtime's own console.
const { coded, invalidArgType, requireInteger } = require('./errors.js');
/** @type {any} */
const { formatWithOptions, inspect } = require('./util.js');

const methodsOf = globalThis[Symbol.for('hookmint.console')];
const TO_STDERR = new Set(['warn', 'error']);
const COLOR_MODES = ['auto', true, false];
const MAX_INDENTATION = 1_000;
const none = () => {};
/** Consoles, whatever their class. */
const consoles = new WeakSet([globalThis.console]);

function requireWritable(name, stream) {
  if (typeof stream?.write !== 'function')
    throw coded(TypeError, 'ERR_CONSOLE_WRITABLE_STREAM', `Console expects a writable stream instance for ${name}`);
}

function requireColors(mode, inspectOptions) {
  if (!COLOR_MODES.includes(mode)) {
    const message = `The argument 'colorMode' must be one of: 'auto', true, false. Received ${inspect(mode)}`;
    throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', message);
  }
  if (inspectOptions === undefined) return;
  if (typeof inspectOptions !== 'object' || inspectOptions === null)
    throw invalidArgType('options.inspectOptions', 'of type object', inspectOptions);
}

/** What the stream fails with is nobody's, where errors are ignored. */
function writeTo(stream, text, ignoresErrors) {
  if (!ignoresErrors) return stream.write(text);
  const written = (error) => {
    if (error && !stream._writableState?.errorEmitted && stream.listenerCount('error') === 0)
      stream.once('error', none);
  };
  stream.once('error', none);
  try {
    return stream.write(text, written);
  } catch (error) {
    // That no stack is left is the program's own fault.
    if (error instanceof RangeError && /call stack/.test(error.message)) throw error;
    return undefined;
  } finally {
    stream.removeListener('error', none);
  }
}

/** @returns {any} */
function Console(options, stderr = undefined, ignoreErrors = undefined) {
  if (!new.target) return Reflect.construct(Console, [options, stderr, ignoreErrors]);
  const given = typeof options?.write === 'function' || !options ? { stdout: options, stderr, ignoreErrors } : options;
  const { stdout, ignoreErrors: ignores = true, inspectOptions, groupIndentation = 2 } = given;
  const streams = { stdout, stderr: given.stderr ?? stdout };
  for (const [name, stream] of Object.entries(streams)) requireWritable(name, stream);
  const { colorMode = 'auto' } = given;
  requireColors(colorMode, inspectOptions);
  if (given.colorMode !== undefined && inspectOptions?.colors !== undefined) {
    const message = 'Option "options.inspectOptions.color" cannot be used in combination with option "colorMode"';
    throw coded(TypeError, 'ERR_INCOMPATIBLE_OPTION_PAIR', message);
  }
  requireInteger('groupIndentation', groupIndentation, 0, MAX_INDENTATION);

  const streamOf = (level) => (TO_STDERR.has(level) ? streams.stderr : streams.stdout);
  const optionsFor = (level) => ({
    colors: colorMode === 'auto' ? Boolean(streamOf(level).isTTY) : colorMode,
    ...inspectOptions,
  });
  const methods = methodsOf({
    write: (level, text) => void writeTo(streamOf(level), `${text}\n`, ignores),
    format: (level, args) => formatWithOptions(optionsFor(level), ...args),
    inspect: (level, value, own) => inspect(value, { customInspect: false, ...optionsFor(level), ...own }),
    owner: () => true,
    warn: (text) => process.emitWarning(text),
    indent: groupIndentation,
  });
  consoles.add(this);
  for (const [name, method] of Object.entries(methods)) {
    // A class that extends this one may have its own.
    if (!(name in this)) this[name] = method;
    else this[name] = this[name].bind(this);
  }
}
Object.defineProperty(Console, Symbol.hasInstance, { value: (value) => consoles.has(value) });

module.exports = globalThis.console;
Object.defineProperty(module.exports, 'Console', { value: Console, writable: true, configurable: true });
