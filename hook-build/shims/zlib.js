const base = require('browserify-zlib');

const constants = Object.fromEntries(Object.entries(base).filter(([name]) => /^Z_/.test(name)));
const CODES = [
  'Z_OK',
  'Z_STREAM_END',
  'Z_NEED_DICT',
  'Z_ERRNO',
  'Z_STREAM_ERROR',
  'Z_DATA_ERROR',
  'Z_MEM_ERROR',
  'Z_BUF_ERROR',
];
for (const name of CODES) constants[name] ??= base[name] ?? base.codes?.[name];

module.exports = { ...base, constants };
