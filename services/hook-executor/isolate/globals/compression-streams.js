import { bytesOf, isBufferSource } from './buffer-source.js';
import { defineInterface } from './define.js';
import { fromBase64, min, parse, stringify, subarray, toBase64 } from './intrinsics.js';
import { coded, invalidArgument } from './node-error.js';
import { beginWork, work } from './node-work.js';
import { transformStream } from './streams.js';
import { encodeUtf8 } from './utf8.js';

// Compression is the platform's: chunks go piece by piece to an engine in the process around the isolate.

const PIECE_BYTES = 65_536;
const ENGINES = {
  __proto__: null,
  deflate: { packs: 'Deflate', unpacks: 'Inflate' },
  'deflate-raw': { packs: 'DeflateRaw', unpacks: 'InflateRaw' },
  gzip: { packs: 'Gzip', unpacks: 'Gunzip' },
};

function settled(answer) {
  const { value, error } = typeof answer === 'string' ? parse(answer) : answer;
  if (error === undefined) return value;
  const thrown = new TypeError(error.message);
  thrown.code = error.code;
  throw thrown;
}

function bytesOfChunk(chunk) {
  if (isBufferSource(chunk)) return bytesOf(chunk);
  if (typeof chunk === 'string') return encodeUtf8(chunk);
  throw invalidArgument('The "chunk" argument must be of type string or an instance of ArrayBuffer or ArrayBufferView');
}

/** @param {'packs' | 'unpacks'} does */
function engineStream(name, format, does) {
  if (typeof format === 'symbol') throw invalidArgument('Cannot convert a Symbol value to a string');
  const kind = ENGINES[`${format}`]?.[does];
  if (kind === undefined) {
    const what = `1st argument value '${format}' is not a valid enum value of type CompressionFormat.`;
    throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', `Failed to construct '${name}': ${what}`);
  }
  const id = settled(work(stringify(['zlibOpen', kind, ['undefined']])));
  const step = async (controller, request) => {
    const [, [[, , output]]] = settled(await beginWork(stringify(request)));
    if (output !== '') controller.enqueue(fromBase64(output));
  };
  const transformer = {
    async transform(chunk, controller) {
      const bytes = bytesOfChunk(chunk);
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        const piece = subarray(bytes, at, min(at + PIECE_BYTES, bytes.length));
        await step(controller, ['zlibWrite', id, ['bytes', 'Uint8Array', toBase64(piece)]]);
      }
    },
    flush: (controller) => step(controller, ['zlibEnd', id]),
    cancel() {
      work(stringify(['zlibClose', id]));
    },
  };
  // As in Node, something can be written before anybody reads.
  return transformStream(transformer, { highWaterMark: 1 });
}

function streamClass(name, does) {
  return class {
    #transform;
    constructor(format) {
      this.#transform = engineStream(name, format, does);
    }
    get readable() {
      return this.#transform.readable;
    }
    get writable() {
      return this.#transform.writable;
    }
  };
}

export function defineCompressionStreams() {
  defineInterface('CompressionStream', streamClass('CompressionStream', 'packs'));
  defineInterface('DecompressionStream', streamClass('DecompressionStream', 'unpacks'));
}
