import * as zlib from 'node:zlib';
import { bytesOf, dataMs } from './estimates.ts';
import { unchecked, type Done, type Operation } from './operations.ts';
import { refuse } from './refuse.ts';

/** Of what is unpacked at a time. */
const MAX_OUTPUT_BYTES = 8_388_608;
/** Of one isolate. Those of Brotli and Zstandard may be some megabytes each, the others 0.3. */
const MAX_LARGE_ENGINES = 8;
const MAX_SMALL_ENGINES = 32;
const isLarge = (kind: Kind): boolean => /^(Brotli|Zstd)/.test(kind);
const MAX_ZSTD_LEVEL = 9;
const MAX_WINDOW_LOG = 24;

/** More cannot come of one byte; the other two formats have no such bound. */
const DEFLATE_TIMES = 1_032;
const UNPACKED_BYTES_PER_MS = 300_000;
const PACKED_BYTES_PER_MS = 5_000;
const BEST_BROTLI_BYTES_PER_MS = 400;
const BROTLI_GOOD_QUALITY = 9;

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
type Kind = (typeof CLASSES)[number];
const { constants } = zlib;

const kindOf = (name: unknown): Kind =>
  CLASSES.find((known) => known === name) ?? refuse(`there is no "${String(name)}" of zlib`);
const lowered = (kind: Kind): string => kind.charAt(0).toLowerCase() + kind.slice(1);
const isPacking = (kind: Kind): boolean => /^(Deflate|Gzip|BrotliCompress|ZstdCompress)/.test(kind);

type Options = { params?: Record<string, unknown>; maxOutputLength?: unknown };
const optionsOf = (options: unknown): Options => (typeof options === 'object' && options !== null ? options : {});

/** Memory is bounded by the windows and the level. */
function requireBoundedParams(kind: Kind, options: unknown): void {
  const params = optionsOf(options).params ?? {};
  const param = (id: number) => Number(params[String(id)] ?? 0);
  if (kind.startsWith('Brotli')) {
    const large =
      kind === 'BrotliCompress' ? constants.BROTLI_PARAM_LARGE_WINDOW : constants.BROTLI_DECODER_PARAM_LARGE_WINDOW;
    if (param(large) !== 0) refuse('Brotli has no large windows');
  }
  if (kind.startsWith('Zstd')) {
    const [level, log] =
      kind === 'ZstdCompress'
        ? [param(constants.ZSTD_c_compressionLevel), param(constants.ZSTD_c_windowLog)]
        : [0, param(constants.ZSTD_d_windowLogMax)];
    if (level > MAX_ZSTD_LEVEL) refuse(`the level of Zstandard is limited to ${String(MAX_ZSTD_LEVEL)}`);
    if (log > MAX_WINDOW_LOG) refuse(`the window of Zstandard is limited to 2^${String(MAX_WINDOW_LOG)} bytes`);
  }
}

function workMs(kind: Kind, data: unknown, options: unknown): number {
  const bytes = bytesOf(data);
  if (!isPacking(kind)) {
    const { maxOutputLength } = optionsOf(options);
    const most = Math.min(typeof maxOutputLength === 'number' ? maxOutputLength : Infinity, MAX_OUTPUT_BYTES);
    const outputBytes = /^(Brotli|Zstd)/.test(kind) ? most : Math.min(bytes * DEFLATE_TIMES, most);
    return 0.1 + outputBytes / UNPACKED_BYTES_PER_MS;
  }
  if (kind !== 'BrotliCompress') return 0.2 + bytes / PACKED_BYTES_PER_MS;
  const quality = Number(
    optionsOf(options).params?.[String(constants.BROTLI_PARAM_QUALITY)] ?? constants.BROTLI_DEFAULT_QUALITY,
  );
  return 5 + bytes / (quality > BROTLI_GOOD_QUALITY ? BEST_BROTLI_BYTES_PER_MS : PACKED_BYTES_PER_MS);
}

/** As Node bounds it where nobody says so, within what a hook can be given. */
function bounded(options: unknown): unknown {
  const { maxOutputLength } = optionsOf(options);
  if (options !== undefined && (typeof options !== 'object' || options === null)) return options;
  return maxOutputLength === undefined || (typeof maxOutputLength === 'number' && maxOutputLength > MAX_OUTPUT_BYTES)
    ? { ...optionsOf(options), maxOutputLength: MAX_OUTPUT_BYTES }
    : options;
}

const functionOf = (name: string) =>
  unchecked((zlib as unknown as Record<string, (...args: unknown[]) => unknown>)[name]);

type Engine = zlib.Gzip &
  zlib.ZlibParams &
  zlib.ZlibReset & { chunks: Buffer[]; bytes: number; fail: Done | undefined };

export function zlibOperations(): Record<string, Operation> {
  const engines = new Map<number, { engine: Engine; large: boolean }>();
  let last = 0;
  const engineOf = (id: unknown): Engine =>
    engines.get(id as number)?.engine ??
    refuse(
      `no more than ${String(MAX_SMALL_ENGINES)} streams of zlib, ${String(MAX_LARGE_ENGINES)} of Brotli and Zstandard, are kept`,
    );
  const drop = (id: unknown) => {
    engines.get(id as number)?.engine.destroy();
    engines.delete(id as number);
  };

  /** Has it do something, and gives what came out until it was done. */
  const step = (id: unknown, done: Done, act: (engine: Engine, end: Done) => void): void => {
    const engine = engineOf(id);
    let isOver = false;
    const end: Done = (error) => {
      if (isOver) return;
      isOver = true;
      engine.fail = undefined;
      const output = Buffer.concat(engine.chunks);
      engine.chunks = [];
      engine.bytes = 0;
      if (error) drop(id);
      done(error, [output, engine.bytesWritten]);
    };
    engine.fail = end;
    act(engine, end);
  };
  /** Nothing of it is done on the thread that answers: an engine works on another. */
  const off = (start: Operation['start'], ms: Operation['ms'] = () => 0): Operation => ({
    ms: (...args) => 13 + ms(...args),
    run: () => undefined,
    ...(start && { start }),
  });

  return {
    zlib: {
      ms: (name, data, options) => {
        requireBoundedParams(kindOf(name), options);
        return workMs(kindOf(name), data, options);
      },
      run: (name, data, options) => functionOf(`${lowered(kindOf(name))}Sync`)(data, bounded(options)),
      start: (done, name, data, options) => functionOf(lowered(kindOf(name)))(data, bounded(options) ?? {}, done),
    },
    crc32: { ms: (data) => 0.05 + dataMs(data), run: unchecked(zlib.crc32) },
    zlibOpen: {
      ms: () => 0.5,
      run: (name, options) => {
        const kind = kindOf(name);
        requireBoundedParams(kind, options);
        const engine = functionOf(`create${kind}`)(options) as Engine;
        Object.assign(engine, { chunks: [], bytes: 0, fail: undefined });
        engine.on('data', (chunk: Buffer) => {
          engine.chunks.push(chunk);
          engine.bytes += chunk.length;
          if (engine.bytes > MAX_OUTPUT_BYTES) engine.destroy(tooLarge());
        });
        engine.on('error', (error) => engine.fail?.(error));
        const large = isLarge(kind);
        const [oldest, ...others] = [...engines].filter(([, other]) => other.large === large).map(([id]) => id);
        if (others.length + 1 >= (large ? MAX_LARGE_ENGINES : MAX_SMALL_ENGINES)) drop(oldest);
        engines.set(++last, { engine, large });
        return last;
      },
    },
    zlibWrite: off(
      (done, id, data) => {
        step(id, done, (engine, end) => engine.write(data, end));
      },
      (_id, data) => dataMs(data) * 30,
    ),
    zlibFlush: off((done, id, kind) => {
      step(id, done, (engine, end) => engine.flush(typeof kind === 'number' ? kind : undefined, end as () => void));
    }),
    zlibParams: off((done, id, level, strategy) => {
      step(id, done, (engine, end) => engine.params(level as number, strategy as number, end as () => void));
    }),
    zlibEnd: off((done, id) => {
      step(
        id,
        (error, result) => {
          drop(id);
          done(error, result);
        },
        (engine, end) => engine.once('end', () => end(null)).end(),
      );
    }),
    zlibReset: {
      ms: () => 0.1,
      run: (id) => {
        engineOf(id).reset();
      },
    },
    zlibClose: { ms: () => 0.1, run: drop },
  };
}

function tooLarge(): Error {
  const error = new RangeError(`Cannot create a Buffer larger than ${String(MAX_OUTPUT_BYTES)} bytes`);
  return Object.assign(error, { code: 'ERR_BUFFER_TOO_LARGE' });
}
