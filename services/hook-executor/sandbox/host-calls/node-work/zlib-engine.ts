import type { Gzip, ZlibParams, ZlibReset } from 'node:zlib';
import type { Done } from './operations.ts';
import { refuse } from './refuse.ts';
import { MAX_OUTPUT_BYTES } from './zlib-bounds.ts';

export type ZlibStream = Gzip & ZlibParams & ZlibReset;

/** Steps that wait for the one under way. */
const MAX_WAITING = 8;

/**
 * A stream of zlib that does one step after the other, each to its end: Node's own ends the process when it is destroyed in the middle of some.
 */
export class ZlibEngine {
  readonly #stream: ZlibStream;
  readonly #whenGone: () => void;
  readonly #waiting: (() => void)[] = [];
  #chunks: Buffer[] = [];
  #bytes = 0;
  #failure: Error | undefined;
  /** Of the step under way. */
  #done: Done | undefined;
  #mayBreak = true;
  #isGone = false;

  constructor(stream: ZlibStream, whenGone: () => void) {
    this.#stream = stream;
    this.#whenGone = whenGone;
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    stream.on('error', (error) => this.#end(error));
    stream.on('close', () => this.#end(gone()));
  }

  /**
   * Has it do something, and gives what came out until it was done.
   *
   * @param act Calls what it is given when it is done.
   * @param mayBreak Whether it can be broken off when too much comes out.
   */
  step(done: Done, act: (stream: ZlibStream, end: Done) => void, mayBreak = true): void {
    if (this.#isGone) throw gone();
    if (this.#done === undefined) {
      this.#begin(done, act, mayBreak);
      return;
    }
    if (this.#waiting.length >= MAX_WAITING)
      refuse(`no more than ${String(MAX_WAITING)} steps of a stream of zlib wait`);
    this.#waiting.push(() => {
      if (this.#isGone) done(gone());
      else {
        try {
          this.#begin(done, act, mayBreak);
        } catch (error) {
          done(error as Error);
          this.#next();
        }
      }
    });
  }

  reset(): void {
    if (this.#done === undefined) this.#stream.reset();
    else
      this.step(
        () => undefined,
        (stream, end) => {
          stream.reset();
          end(null);
        },
      );
  }

  /** No step is begun any more; the one under way comes to its end. */
  drop(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#whenGone();
    if (this.#done === undefined) this.#close();
  }

  #begin(done: Done, act: (stream: ZlibStream, end: Done) => void, mayBreak: boolean): void {
    let isOver = false;
    this.#done = done;
    this.#mayBreak = mayBreak;
    try {
      act(this.#stream, (error) => {
        if (!isOver) this.#end(error);
        isOver = true;
      });
    } catch (error) {
      // Arguments that Node does not take: nothing was begun.
      this.#done = undefined;
      throw error;
    }
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#failure !== undefined) return;
    this.#chunks.push(chunk);
    if (this.#bytes <= MAX_OUTPUT_BYTES) return;
    this.#failure = tooLarge();
    this.#chunks = [];
    if (this.#mayBreak) this.#stream.destroy(this.#failure);
  }

  #end(error: Error | null | undefined): void {
    const done = this.#done;
    if (done === undefined) return;
    this.#done = undefined;
    const failure = this.#failure ?? error;
    const output = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    if (failure) this.drop();
    // Also one that was dropped meanwhile and failed then: what waits is told.
    if (this.#isGone) this.#close();
    done(failure, [output, this.#stream.bytesWritten]);
    this.#next();
  }

  #next(): void {
    if (this.#done === undefined) this.#waiting.shift()?.();
  }

  #close(): void {
    this.#stream.destroy();
    while (this.#waiting.length > 0) this.#next();
  }
}

const gone = (): Error => Object.assign(new Error('The stream of zlib is closed'), { code: 'ERR_STREAM_DESTROYED' });

function tooLarge(): Error {
  const error = new RangeError(`Cannot create a Buffer larger than ${String(MAX_OUTPUT_BYTES)} bytes`);
  return Object.assign(error, { code: 'ERR_BUFFER_TOO_LARGE' });
}
