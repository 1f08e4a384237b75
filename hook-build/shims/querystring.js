// As Node's: what comes from outside and is malformed is read as far as it can be, and never throws.
const { coded } = require('./errors.js');

const MAX_KEYS = 1000;
const HEX = /^[\da-f]{2}$/i;

function unescapeBuffer(text, plusIsSpace = false) {
  const bytes = Buffer.from(String(text));
  const decoded = [];
  for (let i = 0; i < bytes.length; i++) {
    const hex = bytes[i] === 0x25 ? String.fromCharCode(bytes[i + 1], bytes[i + 2]) : '';
    if (HEX.test(hex)) {
      decoded.push(parseInt(hex, 16));
      i += 2;
    } else decoded.push(plusIsSpace && bytes[i] === 0x2b ? 0x20 : bytes[i]);
  }
  return Buffer.from(decoded);
}

function unescape(text, plusIsSpace) {
  try {
    return decodeURIComponent(text);
  } catch {
    return unescapeBuffer(text, plusIsSpace).toString();
  }
}

function escape(value) {
  const text = typeof value === 'object' && value !== null ? String(value) : `${value}`;
  if (text.isWellFormed()) return encodeURIComponent(text);
  // As Node has it: half a pair is taken with whatever follows.
  if (/[\ud800-\udfff]$/.test(text.replace(/[\ud800-\udfff][^]/g, '')))
    throw coded(URIError, 'ERR_INVALID_URI', 'URI malformed');
  return encodeURIComponent(
    text.replace(/[\ud800-\udfff][^]/g, (pair) =>
      String.fromCodePoint(0x10000 + (((pair.charCodeAt(0) & 0x3ff) << 10) | (pair.charCodeAt(1) & 0x3ff))),
    ),
  );
}

function primitive(value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? `${value}` : '';
  return typeof value === 'bigint' || typeof value === 'boolean' ? `${value}` : '';
}

/** @param {{ encodeURIComponent?: (text: string) => string }} [options] */
function stringify(source, separator, equals, options) {
  if (typeof source !== 'object' || source === null) return '';
  const encode = typeof options?.encodeURIComponent === 'function' ? options.encodeURIComponent : querystring.escape;
  const pair = (key, value) => `${encode(primitive(key))}${equals || '='}${encode(primitive(value))}`;
  const pairs = Object.keys(source).flatMap((key) =>
    Array.isArray(source[key]) ? source[key].map((value) => pair(key, value)) : [pair(key, source[key])],
  );
  return pairs.join(separator || '&');
}

/** @param {{ maxKeys?: number, decodeURIComponent?: (text: string) => string }} [options] */
function parse(text, separator, equals, options) {
  const parsed = Object.create(null);
  if (typeof text !== 'string' || text === '') return parsed;
  const between = equals ? String(equals) : '=';
  const { maxKeys: keys, decodeURIComponent: custom = querystring.unescape } = options ?? {};
  const maxKeys = typeof keys === 'number' ? keys : MAX_KEYS;
  const decode = (part) => {
    const spaced = part.replaceAll('+', custom === unescape ? ' ' : '%20');
    try {
      return custom(spaced);
    } catch {
      return unescape(spaced, true);
    }
  };
  const parts = text.split(separator ? String(separator) : '&').filter((part) => part !== '');
  for (const part of maxKeys > 0 ? parts.slice(0, maxKeys) : parts) {
    const at = part.indexOf(between);
    const key = decode(at < 0 ? part : part.slice(0, at));
    const value = at < 0 ? '' : decode(part.slice(at + between.length));
    if (!(key in parsed)) parsed[key] = value;
    else if (Array.isArray(parsed[key])) parsed[key].push(value);
    else parsed[key] = [parsed[key], value];
  }
  return parsed;
}

const querystring = { unescapeBuffer, unescape, escape, stringify, encode: stringify, parse, decode: parse };
module.exports = querystring;
