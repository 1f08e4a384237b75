// Media types, as the standard "MIME Sniffing" reads and writes them.
const { coded } = require('../errors.js');

const NOT_TOKEN = /[^!#$%&'*+\-.^_`|~A-Za-z0-9]/;
const NOT_QUOTABLE = /[^\t\u0020-~\u0080-\u00FF]/;
const SPACES = /^[\t\n\f\r ]*|[\t\n\f\r ]*$/g;
const SPACES_AT_END = /[\t\n\f\r ]*$/;
const SOLIDUS = '/';
const SEMICOLON = ';';
const EQUALS = '=';

function invalid(what, text, at = -1) {
  const where = at === -1 ? '' : ` at ${at}`;
  return coded(TypeError, 'ERR_INVALID_MIME_SYNTAX', `The MIME syntax for a ${what} in "${text}" is invalid${where}`);
}

const lower = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function requireToken(what, text, whole = text) {
  const at = text.search(NOT_TOKEN);
  if (text === '' || at !== -1) throw invalid(what, whole, at);
}

/** In quotes: from behind the first one; gives what is in them and what follows. */
function quotedFrom(text) {
  let value = '';
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') return { value, rest: text.slice(at + 1) };
    if (text[at] === '\\' && at + 1 < text.length) at++;
    value += text[at];
  }
  return { value, rest: '' };
}

class MIMEParams {
  #pairs = new Map();
  static of(text) {
    const params = new MIMEParams();
    let rest = text;
    while (rest !== '') {
      rest = rest.replace(/^[\t\n\f\r ]*/, '');
      const end = rest.search(/[;=]/);
      const name = lower(end < 0 ? rest : rest.slice(0, end));
      rest = end < 0 ? '' : rest.slice(end);
      if (!rest.startsWith(EQUALS)) {
        rest = rest.slice(SEMICOLON.length);
        continue;
      }
      rest = rest.slice(EQUALS.length);
      let value;
      if (rest.startsWith('"')) {
        ({ value, rest } = quotedFrom(rest.slice(1)));
        rest = rest.includes(SEMICOLON) ? rest.slice(rest.indexOf(SEMICOLON) + 1) : '';
      } else {
        const at = rest.indexOf(SEMICOLON);
        value = (at < 0 ? rest : rest.slice(0, at)).replace(SPACES_AT_END, '');
        rest = at < 0 ? '' : rest.slice(at + 1);
        if (value === '') continue;
      }
      const isGood = name !== '' && !NOT_TOKEN.test(name) && !NOT_QUOTABLE.test(value);
      if (isGood && !params.#pairs.has(name)) params.#pairs.set(name, value);
    }
    return params;
  }
  delete(name) {
    this.#pairs.delete(`${name}`);
  }
  get(name) {
    return this.#pairs.get(`${name}`) ?? null;
  }
  has(name) {
    return this.#pairs.has(`${name}`);
  }
  set(name, value) {
    const [key, text] = [`${name}`, `${value}`];
    requireToken('parameter name', key);
    const at = text.search(NOT_QUOTABLE);
    if (at !== -1) throw invalid('parameter value', text, at);
    this.#pairs.set(key, text);
  }
  *entries() {
    yield* this.#pairs.entries();
  }
  *keys() {
    yield* this.#pairs.keys();
  }
  *values() {
    yield* this.#pairs.values();
  }
  toString() {
    const quoted = (value) =>
      value !== '' && !NOT_TOKEN.test(value) ? value : `"${value.replace(/["\\]/g, (sign) => `\\${sign}`)}"`;
    return [...this.#pairs].map(([name, value]) => `${name}=${quoted(value)}`).join(SEMICOLON);
  }
}
const { of } = MIMEParams;
/** @type {any} */ (MIMEParams).of = undefined;
delete (/** @type {any} */ (MIMEParams).of);
Object.defineProperty(MIMEParams.prototype, Symbol.iterator, {
  value: MIMEParams.prototype.entries,
  writable: true,
  configurable: true,
});
Object.defineProperty(MIMEParams.prototype, 'toJSON', {
  value: MIMEParams.prototype.toString,
  writable: true,
  configurable: true,
});

class MIMEType {
  #type;
  #subtype;
  #params;
  constructor(input) {
    const text = `${input}`;
    const trimmed = text.replace(SPACES, '');
    const slash = trimmed.indexOf(SOLIDUS);
    const type = slash < 0 ? trimmed : trimmed.slice(0, slash);
    if (slash < 0) throw invalid('type', text, type.search(NOT_TOKEN));
    requireToken('type', type, text);
    const rest = trimmed.slice(slash + 1);
    const semicolon = rest.indexOf(SEMICOLON);
    const subtype = (semicolon < 0 ? rest : rest.slice(0, semicolon)).replace(SPACES_AT_END, '');
    requireToken('subtype', subtype, text);
    this.#type = lower(type);
    this.#subtype = lower(subtype);
    this.#params = of(semicolon < 0 ? '' : rest.slice(semicolon + 1));
  }
  get type() {
    return this.#type;
  }
  set type(value) {
    requireToken('type', `${value}`);
    this.#type = lower(`${value}`);
  }
  get subtype() {
    return this.#subtype;
  }
  set subtype(value) {
    requireToken('subtype', `${value}`);
    this.#subtype = lower(`${value}`);
  }
  get essence() {
    return `${this.#type}/${this.#subtype}`;
  }
  get params() {
    return this.#params;
  }
  toString() {
    const params = this.#params.toString();
    return `${this.essence}${params === '' ? '' : SEMICOLON}${params}`;
  }
}
Object.defineProperty(MIMEType.prototype, 'toJSON', {
  value: MIMEType.prototype.toString,
  writable: true,
  configurable: true,
});

module.exports = { MIMEParams, MIMEType };
