import { blobBytes, fileOf, isBlob, isFile } from './blob.js';
import { concatBytes } from './buffer-source.js';
import { randomBase64 } from './connection.js';
import { defineInterface } from './define.js';
import {
  deleteProperty,
  exec,
  indexOf,
  push,
  replace,
  replaceAll,
  slice,
  sliceBytes,
  subarray,
  toLowerCase,
  toWellFormed,
} from './intrinsics.js';
import { definePairs } from './pair-iterator.js';
import { decodeUtf8, encodeUtf8, fromUnits } from './utf8.js';
import { refuseToClone } from './structured-clone.js';

const text = (value) => toWellFormed(`${value}`);

export class FormData {
  #pairs = [];

  constructor(form = undefined) {
    if (form !== undefined) throw new TypeError('FormData constructor: no form elements here');
  }
  static pairsOf = (form) => form.#pairs;
  static is = (value) => typeof value === 'object' && value !== null && #pairs in value;

  append(name, value, filename = undefined) {
    push(this.#pairs, entryOf(arguments.length, name, value, filename));
  }
  set(name, value, filename = undefined) {
    const entry = entryOf(arguments.length, name, value, filename);
    const pairs = this.#pairs;
    let kept = 0;
    let found = false;
    for (let i = 0; i < pairs.length; i++) {
      if (pairs[i][0] !== entry[0]) pairs[kept++] = pairs[i];
      else if (!found) {
        found = true;
        pairs[kept++] = entry;
      }
    }
    pairs.length = kept;
    if (!found) push(pairs, entry);
  }
  delete(name) {
    name = text(name);
    const pairs = this.#pairs;
    let kept = 0;
    for (let i = 0; i < pairs.length; i++) if (pairs[i][0] !== name) pairs[kept++] = pairs[i];
    pairs.length = kept;
  }
  get(name) {
    const values = this.getAll(name);
    return values.length === 0 ? null : values[0];
  }
  getAll(name) {
    name = text(name);
    const values = [];
    for (let i = 0; i < this.#pairs.length; i++) if (this.#pairs[i][0] === name) push(values, this.#pairs[i][1]);
    return values;
  }
  has(name) {
    return this.getAll(name).length > 0;
  }
}
const { pairsOf } = FormData;
export const isFormData = FormData.is;
deleteProperty(FormData, 'pairsOf');
deleteProperty(FormData, 'is');
definePairs(FormData, 'FormData', pairsOf);

function entryOf(given, name, value, filename) {
  if (given < 2) throw new TypeError(`FormData.append: 2 arguments required, but only ${given} present.`);
  if (!isBlob(value)) {
    if (given > 2) throw new TypeError("FormData.append: parameter 2 is not of type 'Blob'.");
    return [text(name), text(value)];
  }
  if (isFile(value) && filename === undefined) return [text(name), value];
  return [text(name), fileOf(blobBytes(value), value.type, filename === undefined ? 'blob' : text(filename))];
}

const escapeName = (name) => replaceAll(replaceAll(replaceAll(name, '\n', '%0A'), '\r', '%0D'), '"', '%22');
const newlines = (value) => replace(value, /\r\n?|\n/g, '\r\n');

/** The multipart/form-data of a form, as the HTML standard encodes it. */
export function encodeMultipart(form) {
  const boundary = `----formdata-hookmint-0${replace(randomBase64(12), /[+/=]/g, '0')}`;
  const chunks = [];
  const pairs = pairsOf(form);
  for (let i = 0; i < pairs.length; i++) {
    const name = escapeName(newlines(pairs[i][0]));
    const value = pairs[i][1];
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`;
    if (typeof value === 'string') push(chunks, encodeUtf8(`${head}\r\n\r\n${newlines(value)}\r\n`));
    else {
      const type = value.type === '' ? 'application/octet-stream' : value.type;
      push(chunks, encodeUtf8(`${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`));
      push(chunks, blobBytes(value));
      push(chunks, encodeUtf8('\r\n'));
    }
  }
  push(chunks, encodeUtf8(`--${boundary}--\r\n`));
  return { bytes: concatBytes(chunks), type: `multipart/form-data; boundary=${boundary}` };
}

/** The form in a multipart body. @throws {TypeError} When it is malformed. */
export function parseMultipart(bytes, boundary) {
  const form = new FormData();
  const pairs = pairsOf(form);
  // One character a byte, so that offsets in the text are those in the bytes.
  const body = fromUnits(bytes);
  const malformed = () => new TypeError('expected a value of multipart/form-data');
  const mark = `--${boundary}`;
  let at = indexOf(body, mark);
  if (at < 0) throw malformed();
  at += mark.length;
  while (slice(body, at, at + 2) !== '--') {
    if (slice(body, at, at + 2) !== '\r\n') throw malformed();
    const headEnd = indexOf(body, '\r\n\r\n', at);
    const next = headEnd < 0 ? -1 : indexOf(body, `\r\n${mark}`, headEnd + 2);
    if (next < 0) throw malformed();
    const head = decodeUtf8(subarray(bytes, at + 2, headEnd));
    const name = exec(/^content-disposition: *form-data;(?:.*[; ])?name="([^"]*)"/im, head)?.[1];
    if (name === undefined) throw malformed();
    const filename = exec(/^content-disposition:.*[; ]filename="([^"]*)"/im, head)?.[1];
    const content = sliceBytes(bytes, headEnd + 4 > next ? next : headEnd + 4, next);
    const unescape = (value) =>
      replace(value, /%0A|%0D|%22/gi, (code) => String.fromCharCode(parseInt(slice(code, 1), 16)));
    if (filename === undefined) push(pairs, [unescape(name), decodeUtf8(content)]);
    else {
      const type = exec(/^content-type: *(.+?) *$/im, head)?.[1] ?? 'text/plain';
      push(pairs, [unescape(name), fileOf(content, toLowerCase(type), unescape(filename))]);
    }
    at = next + 2 + mark.length;
  }
  return form;
}

export function formOf(parsed) {
  const form = new FormData();
  for (let i = 0; i < parsed.length; i++) push(pairsOf(form), parsed[i]);
  return form;
}

export function defineFormData() {
  defineInterface('FormData', FormData);
  refuseToClone(isFormData);
}
