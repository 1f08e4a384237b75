import * as zlib from 'node:zlib';
import { bytesOf } from './estimates.ts';
import { refuse } from './refuse.ts';

/** Of what is unpacked at a time. */
export const MAX_OUTPUT_BYTES = 8_388_608;

const CLASSES = [
  'Deflate',
  'Inflate',
  'Gzip',
  'Gunzip',
  'DeflateRaw',
  'InflateRaw',
  'Unzip',
  'BrotliCompress',
  'BrotliDecompress',
  'ZstdCompress',
  'ZstdDecompress',
] as const;
export type Kind = (typeof CLASSES)[number];
const { constants } = zlib;

export const kindOf = (name: unknown): Kind =>
  CLASSES.find((known) => known === name) ?? refuse(`there is no "${String(name)}" of zlib`);
export const isLarge = (kind: Kind): boolean => /^(Brotli|Zstd)/.test(kind);
export const isPacking = (kind: Kind): boolean => /^(Deflate|Gzip|BrotliCompress|ZstdCompress)/.test(kind);

/** More cannot come of one byte; the other two formats have no such bound. */
const DEFLATE_TIMES = 1_032;
const UNPACKED_BYTES_PER_MS = 300_000;
const PACKED_BYTES_PER_MS = 5_000;
const BEST_BROTLI_BYTES_PER_MS = 250;
const BROTLI_GOOD_QUALITY = 9;

/** Least and most of a parameter. Node says which values it takes otherwise. */
type Range = readonly [what: string, least: number, most: number];
type Ranges = { last: number; bounded: Record<number, Range>; others: Range };
const ANY: Range = ['', 0, 2 ** 31 - 1];
const off = (what: string): Range => [what, 0, 0];

/** What memory and time depend on; others of Brotli are small by its own bounds, others of Zstandard stay as they are. */
const RANGES: Partial<Record<Kind, Ranges>> = {
  BrotliCompress: {
    last: 9,
    bounded: { [constants.BROTLI_PARAM_LARGE_WINDOW]: off('the large window of Brotli') },
    others: ANY,
  },
  BrotliDecompress: {
    last: 9,
    bounded: { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: off('the large window of Brotli') },
    others: ANY,
  },
  ZstdCompress: {
    last: 402,
    bounded: {
      [constants.ZSTD_c_compressionLevel]: ['the level of Zstandard', -131_072, 9],
      [constants.ZSTD_c_windowLog]: ['the window log of Zstandard', 0, 24],
      [constants.ZSTD_c_hashLog]: ['the hash log of Zstandard', 0, 22],
      [constants.ZSTD_c_chainLog]: ['the chain log of Zstandard', 0, 22],
      [constants.ZSTD_c_searchLog]: ['the search log of Zstandard', 0, 5],
      [constants.ZSTD_c_minMatch]: ANY,
      [constants.ZSTD_c_targetLength]: ANY,
      [constants.ZSTD_c_strategy]: ['the strategy of Zstandard', 0, constants.ZSTD_lazy2],
      [constants.ZSTD_c_contentSizeFlag]: ANY,
      [constants.ZSTD_c_checksumFlag]: ANY,
      [constants.ZSTD_c_dictIDFlag]: ANY,
    },
    others: off('this parameter of Zstandard'),
  },
  ZstdDecompress: {
    last: 402,
    bounded: { [constants.ZSTD_d_windowLogMax]: ['the window log of Zstandard', 0, 24] },
    others: off('this parameter of Zstandard'),
  },
};

type Members = Record<string, unknown>;
const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;

/** Of names and values that Node reads as others than they are written (`0x64`, 2 ** 32 + 22), none. */
function requireBounded(kind: Kind, params: Members): void {
  const ranges = RANGES[kind];
  if (ranges === undefined) return;
  for (const [name, value] of Object.entries(params)) {
    const id = Number(name);
    const isNodes = Number.isNaN(id) || (typeof value !== 'number' && typeof value !== 'boolean');
    if (isNodes) continue;
    if (String(id) !== name || !Number.isInteger(Number(value))) refuse(`parameters of ${kind} are whole numbers`);
    if (id < 0 || id > ranges.last) continue;
    const [what, least, most] = ranges.bounded[id] ?? ranges.others;
    if (Number(value) < least || Number(value) > most)
      refuse(`${what || `a parameter of ${kind}`} is limited to ${String(most)}`);
  }
}

const MEMBERS = [
  'flush',
  'finishFlush',
  'chunkSize',
  'windowBits',
  'level',
  'memLevel',
  'strategy',
  'dictionary',
  'maxOutputLength',
  'params',
  'pledgedSrcSize',
];
/** Node takes no smaller one. */
const LEAST_CHUNK_BYTES = 64;
const CHUNK_BYTES = { least: 1_024, most: 65_536 };

/** Options as Node is given them: what they ask for of memory and time is bounded. */
export function boundedOptions(kind: Kind, options: unknown): unknown {
  if (!isObject(options)) return options;
  const bounded: Members = Object.fromEntries(
    MEMBERS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  const { chunkSize, maxOutputLength = MAX_OUTPUT_BYTES, params } = bounded;
  // How long the pieces are in which it comes out is seen by nobody here, but paid for.
  if (typeof chunkSize === 'number' && chunkSize >= LEAST_CHUNK_BYTES)
    bounded.chunkSize = Math.min(Math.max(chunkSize, CHUNK_BYTES.least), CHUNK_BYTES.most);
  bounded.maxOutputLength =
    typeof maxOutputLength === 'number' && maxOutputLength > MAX_OUTPUT_BYTES ? MAX_OUTPUT_BYTES : maxOutputLength;
  if (isObject(params)) {
    requireBounded(kind, params);
    bounded.params = { ...params };
  }
  return bounded;
}

/** To pack so many bytes, estimated milliseconds. */
export function packedMs(kind: Kind, data: unknown, options: unknown): number {
  const bytes = bytesOf(data);
  if (kind !== 'BrotliCompress') return 0.2 + bytes / PACKED_BYTES_PER_MS;
  const params = isObject(options) && isObject(options.params) ? options.params : {};
  const quality = Number(params[String(constants.BROTLI_PARAM_QUALITY)] ?? constants.BROTLI_DEFAULT_QUALITY);
  return 5 + bytes / (quality <= BROTLI_GOOD_QUALITY ? PACKED_BYTES_PER_MS : BEST_BROTLI_BYTES_PER_MS);
}

/** The same of all at once, in either direction. */
export function workMs(kind: Kind, data: unknown, options: unknown): number {
  if (isPacking(kind)) return packedMs(kind, data, options);
  const maxOutputLength = isObject(options) ? options.maxOutputLength : undefined;
  const most = Math.min(typeof maxOutputLength === 'number' ? maxOutputLength : Infinity, MAX_OUTPUT_BYTES);
  const outputBytes = isLarge(kind) ? most : Math.min(bytesOf(data) * DEFLATE_TIMES, most);
  return 0.1 + outputBytes / UNPACKED_BYTES_PER_MS;
}
