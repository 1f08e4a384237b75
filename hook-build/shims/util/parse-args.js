// Arguments of a command line, read by a table of options.
const { coded, invalidArgType, requireObject, requireString } = require('../errors.js');

const own = (object, name) => (Object.hasOwn(Object(object), name) ? object[name] : undefined);

function requireBoolean(name, value) {
  if (typeof value !== 'boolean') throw invalidArgType(name, 'of type boolean', value);
}
function requireList(name, value) {
  if (!Array.isArray(value)) throw invalidArgType(name, 'an instance of Array', value);
}

function requireOption(name, option) {
  const path = `options.${name}`;
  requireObject(path, option);
  const { type, short, multiple, default: byDefault } = option;
  if (type !== 'string' && type !== 'boolean') throw invalidArgType(`${path}.type`, `('string|boolean')`, type);
  if (Object.hasOwn(option, 'short')) {
    requireString(`${path}.short`, short);
    if (short.length !== 1) {
      const text = `The property '${path}.short' must be a single character. Received '${short}'`;
      throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', text);
    }
  }
  if (Object.hasOwn(option, 'multiple')) requireBoolean(`${path}.multiple`, multiple);
  if (byDefault === undefined) return;
  const requireValue = type === 'string' ? requireString : requireBoolean;
  if (!multiple) return requireValue(`${path}.default`, byDefault);
  requireList(`${path}.default`, byDefault);
  byDefault.forEach((value, i) => requireValue(`${path}.default[${i}]`, value));
}

/** What an argument is, one after the other; of a group of short options each is one. */
function tokensOf(args, options) {
  const tokens = [];
  const longOf = (short) => Object.keys(options).find((name) => own(options[name], 'short') === short) ?? short;
  const isText = (name) => own(options, name)?.type === 'string';
  const left = [...args];
  let index = -1;
  let group = 0;
  const option = (name, rawName, value, inlineValue) =>
    tokens.push({ kind: 'option', name, rawName, index, value, inlineValue });
  const takesNext = (name) => isText(name) && left[0] !== undefined;
  const withNext = (name, rawName) => {
    const value = takesNext(name) ? left.shift() : undefined;
    option(name, rawName, value, value === undefined ? undefined : false);
    if (value !== undefined) index++;
  };
  while (left.length > 0) {
    const arg = left.shift();
    if (group > 0) group--;
    else index++;
    if (arg === '--') {
      tokens.push({ kind: 'option-terminator', index });
      for (const value of left) tokens.push({ kind: 'positional', index: ++index, value });
      break;
    }
    if (/^-[^-]$/.test(arg)) {
      withNext(longOf(arg[1]), arg);
    } else if (/^-[^-]/.test(arg)) {
      const first = longOf(arg[1]);
      if (isText(first)) option(first, `-${arg[1]}`, arg.slice(2), true);
      else {
        const letters = [];
        for (let at = 1; at < arg.length; at++) {
          const isLast = at === arg.length - 1;
          if (isLast || !isText(longOf(arg[at]))) letters.push(`-${arg[at]}`);
          else {
            letters.push(`-${arg.slice(at)}`);
            break;
          }
        }
        left.unshift(...letters);
        group = letters.length;
      }
    } else if (/^--[^=]+=/.test(arg)) {
      const at = arg.indexOf('=');
      option(arg.slice(2, at), arg.slice(0, at), arg.slice(at + 1), true);
    } else if (arg.startsWith('--')) withNext(arg.slice(2), arg);
    else tokens.push({ kind: 'positional', index, value: arg });
  }
  return tokens;
}

const failure = (code, text) => coded(TypeError, `ERR_PARSE_ARGS_${code}`, text);

function requireKnown({ name, rawName }, { options, allowPositionals, allowNegative }) {
  const positive = name.startsWith('no-') ? name.slice(3) : undefined;
  if (own(options, name) !== undefined) return;
  if (allowNegative && positive !== undefined && own(options, positive)?.type === 'boolean') return;
  const hint = allowPositionals
    ? `. To specify a positional argument starting with a '-', place it at the end of the command after '--', as in '-- ${JSON.stringify(rawName)}`
    : '';
  throw failure('UNKNOWN_OPTION', `Unknown option '${rawName}'${hint}`);
}

function requireUsage({ name, rawName, value, inlineValue }, { options }) {
  const option = own(options, name);
  const short = own(option ?? {}, 'short');
  const shown = `${short ? `-${short}, ` : ''}--${name}`;
  if (option?.type === 'string' && typeof value !== 'string')
    throw failure('INVALID_OPTION_VALUE', `Option '${shown} <value>' argument missing`);
  if (option?.type === 'boolean' && value !== undefined)
    throw failure('INVALID_OPTION_VALUE', `Option '${shown}' does not take an argument`);
  if (inlineValue === false && value.length > 1 && value.startsWith('-')) {
    const example = rawName.startsWith('--')
      ? `To specify an option argument starting with a dash use '${rawName}=-XYZ'.`
      : `To specify an option argument starting with a dash use '--${name}=-XYZ' or '${rawName}-XYZ'.`;
    const text = `Option '${rawName}' argument is ambiguous.\nDid you forget to specify the option argument for '${rawName}'?\n${example}`;
    throw failure('INVALID_OPTION_VALUE', text);
  }
}

function parseArgs(/** @type {any} */ config = {}) {
  const args = own(config, 'args') ?? process.argv.slice(2);
  const strict = own(config, 'strict') ?? true;
  const allowPositionals = own(config, 'allowPositionals') ?? !strict;
  const allowNegative = own(config, 'allowNegative') ?? false;
  const returnsTokens = own(config, 'tokens') ?? false;
  const options = own(config, 'options') ?? { __proto__: null };
  requireList('args', args);
  for (const [name, value] of Object.entries({ strict, allowPositionals, tokens: returnsTokens, allowNegative }))
    requireBoolean(name, value);
  requireObject('options', options);
  for (const [name, option] of Object.entries(options)) requireOption(name, option);

  /** @type {any[]} */
  const tokens = tokensOf(args, options);
  const values = Object.create(null);
  const positionals = [];
  const rules = { options, allowPositionals, allowNegative };
  for (const token of tokens) {
    if (token.kind === 'option') {
      if (strict) {
        requireKnown(token, rules);
        requireUsage(token, rules);
      }
      store(token, values, rules);
    } else if (token.kind === 'positional') {
      if (!allowPositionals) {
        const text = `Unexpected argument '${token.value}'. This command does not take positional arguments`;
        throw failure('UNEXPECTED_POSITIONAL', text);
      }
      positionals.push(token.value);
    }
  }
  for (const [name, { default: value }] of Object.entries(options))
    if (value !== undefined && !Object.hasOwn(values, name)) values[name] = value;
  return { values, positionals, ...(returnsTokens ? { tokens } : {}) };
}

function store({ name: given, value }, values, { options, allowNegative }) {
  if (given === '__proto__') return;
  const isNegative = allowNegative && value === undefined && given.startsWith('no-');
  const name = isNegative ? given.slice(3) : given;
  const stored = isNegative ? false : (value ?? true);
  if (own(options, name)?.multiple) (values[name] ??= []).push(stored);
  else values[name] = stored;
}

module.exports = { parseArgs };
