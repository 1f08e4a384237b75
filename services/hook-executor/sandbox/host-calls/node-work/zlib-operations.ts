import * as zlib from 'node:zlib';
import { bytesOf, dataMs } from './estimates.ts';
import { unchecked, type Operation } from './operations.ts';
import { refuse } from './refuse.ts';
import { boundedOptions, isLarge, isPacking, kindOf, packedMs, workMs, type Kind } from './zlib-bounds.ts';
import { ZlibEngine, type ZlibStream } from './zlib-engine.ts';

/** Of one isolate. Those of Brotli and Zstandard may be some megabytes each, the others 0.3. */
const MAX_LARGE_ENGINES = 8;
const MAX_SMALL_ENGINES = 32;
/** What is written to a stream at a time: one of the threads that all hooks share is kept for no longer. */
const MAX_PIECE_BYTES = 65_536;
/** Of one byte of a piece, by what may come out of it. */
const UNPACKED_TIMES = 30;

const lowered = (kind: Kind): string => kind.charAt(0).toLowerCase() + kind.slice(1);

const functionOf = (name: string) =>
  unchecked((zlib as unknown as Record<string, (...args: unknown[]) => unknown>)[name]);

export function zlibOperations(): Record<string, Operation> {
  const engines = new Map<number, { engine: ZlibEngine; kind: Kind; options: unknown }>();
  let last = 0;
  const openOf = (id: unknown) =>
    engines.get(id as number) ??
    refuse(
      `no more than ${String(MAX_SMALL_ENGINES)} streams of zlib, ${String(MAX_LARGE_ENGINES)} of Brotli and Zstandard, are kept`,
    );
  const engineOf = (id: unknown): ZlibEngine => openOf(id).engine;
  const drop = (id: unknown): void => engines.get(id as number)?.engine.drop();

  /** Nothing of it is done on the thread that answers: an engine works on another. */
  const off = (start: Operation['start'], ms: Operation['ms'] = () => 0): Operation => ({
    ms: (...args) => 13 + ms(...args),
    run: () => undefined,
    ...(start && { start }),
  });

  return {
    zlib: {
      ms: (name, data, options) => workMs(kindOf(name), data, boundedOptions(kindOf(name), options)),
      run: (name, data, options) =>
        functionOf(`${lowered(kindOf(name))}Sync`)(data, boundedOptions(kindOf(name), options ?? {})),
      start: (done, name, data, options) =>
        functionOf(lowered(kindOf(name)))(data, boundedOptions(kindOf(name), options ?? {}), done),
    },
    crc32: { ms: (data) => 0.05 + dataMs(data), run: unchecked(zlib.crc32) },
    zlibOpen: {
      ms: () => 0.5,
      run: (name, given) => {
        const kind = kindOf(name);
        const options = boundedOptions(kind, given);
        const id = ++last;
        const stream = functionOf(`create${kind}`)(options) as ZlibStream;
        const engine = new ZlibEngine(stream, () => engines.delete(id));
        const [oldest, ...others] = [...engines].filter(([, other]) => isLarge(other.kind) === isLarge(kind));
        if (others.length + 1 >= (isLarge(kind) ? MAX_LARGE_ENGINES : MAX_SMALL_ENGINES)) drop(oldest?.[0]);
        engines.set(id, { engine, kind, options });
        return id;
      },
    },
    zlibWrite: off(
      (done, id, data) => engineOf(id).step(done, (stream, end) => stream.write(data, end)),
      (id, data) => {
        if (bytesOf(data) > MAX_PIECE_BYTES) refuse(`a piece is limited to ${String(MAX_PIECE_BYTES)} bytes`);
        const { kind, options } = openOf(id);
        return isPacking(kind) ? packedMs(kind, data, options) : dataMs(data) * UNPACKED_TIMES;
      },
    ),
    zlibFlush: off((done, id, kind) =>
      engineOf(id).step(done, (stream, end) =>
        stream.flush(typeof kind === 'number' ? kind : undefined, end as () => void),
      ),
    ),
    zlibParams: off((done, id, level, strategy) =>
      // Node does not look whether it was destroyed meanwhile; what comes out is what was kept of earlier pieces.
      engineOf(id).step(
        done,
        (stream, end) => stream.params(level as number, strategy as number, end as () => void),
        false,
      ),
    ),
    zlibEnd: off((done, id) =>
      engineOf(id).step(
        (error, result) => {
          drop(id);
          done(error, result);
        },
        (stream, end) => stream.once('end', () => end(null)).end(),
      ),
    ),
    zlibReset: { ms: () => 0.1, run: (id) => engineOf(id).reset() },
    zlibClose: { ms: () => 0.1, run: drop },
  };
}
