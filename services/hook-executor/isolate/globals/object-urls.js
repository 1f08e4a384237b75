import { randomBase64 } from './connection.js';
import { isBlob } from './blob.js';
import { defineProperty, fromBase64, SafeMap, slice, toHex } from './intrinsics.js';
import { coded } from './node-error.js';
import { URL } from './url.js';

/** What `URL.createObjectURL` named: it lives as long as the isolate, in its own memory. */
const named = new SafeMap();

const PREFIX = 'blob:nodedata:';

function createObjectURL(blob) {
  if (!isBlob(blob)) throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "obj" argument must be an instance of Blob.');
  const hex = toHex(fromBase64(randomBase64(16)));
  const url = `${PREFIX}${slice(hex, 0, 8)}-${slice(hex, 8, 12)}-4${slice(hex, 13, 16)}-a${slice(hex, 17, 20)}-${slice(hex, 20)}`;
  named.set(url, blob);
  return url;
}

function revokeObjectURL(url) {
  if (arguments.length === 0) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "url" argument must be specified');
  named.delete(`${url}`);
}

export function defineObjectUrls() {
  const members = { createObjectURL, revokeObjectURL };
  for (const name in members)
    defineProperty(URL, name, { value: members[name], writable: true, enumerable: true, configurable: true });
  // For the module `buffer`.
  defineProperty(globalThis, Symbol.for('hookmint.objectOfUrl'), { value: (url) => named.get(url) });
}
