import { defineInterface } from './define.js';
import { TextDecoder, TextEncoder } from './encoding.js';
import { charCodeAt, slice } from './intrinsics.js';
import { record, showAs } from './shown.js';
import { transformStream } from './streams.js';

const enqueue = (controller, chunk) => {
  if (chunk.length > 0) controller.enqueue(chunk);
};

class TextDecoderStream {
  #decoder;
  #transform;
  constructor(label = 'utf-8', options = undefined) {
    this.#decoder = new TextDecoder(label, options);
    this.#transform = transformStream({
      // `undefined` is no chunk, though it can be left out where it is decoded by itself.
      transform: (chunk, controller) => enqueue(controller, this.#decoder.decode(chunk ?? null, { stream: true })),
      flush: (controller) => enqueue(controller, this.#decoder.decode()),
    });
  }
  get encoding() {
    return this.#decoder.encoding;
  }
  get fatal() {
    return this.#decoder.fatal;
  }
  get ignoreBOM() {
    return this.#decoder.ignoreBOM;
  }
  get readable() {
    return this.#transform.readable;
  }
  get writable() {
    return this.#transform.writable;
  }
}

class TextEncoderStream {
  #encoder = new TextEncoder();
  /** The first half of a surrogate pair, whose second may begin the next chunk. */
  #lead = '';
  #transform;
  constructor() {
    this.#transform = transformStream({
      transform: (chunk, controller) => {
        const text = this.#lead + `${chunk}`;
        const whole = (charCodeAt(text, text.length - 1) & 0xfc00) === 0xd800 ? text.length - 1 : text.length;
        this.#lead = slice(text, whole);
        enqueue(controller, this.#encoder.encode(slice(text, 0, whole)));
      },
      flush: (controller) => enqueue(controller, this.#encoder.encode(this.#lead)),
    });
  }
  get encoding() {
    return this.#encoder.encoding;
  }
  get readable() {
    return this.#transform.readable;
  }
  get writable() {
    return this.#transform.writable;
  }
}

const SHOWN = ['encoding', 'fatal', 'ignoreBOM', 'readable', 'writable'];
const describe = (stream) => record(SHOWN.filter((name) => name in stream).map((name) => [name, stream[name]]));

export function defineTextStreams() {
  defineInterface('TextDecoderStream', TextDecoderStream);
  defineInterface('TextEncoderStream', TextEncoderStream);
  showAs(TextDecoderStream, (value) => value instanceof TextDecoderStream, describe);
  showAs(TextEncoderStream, (value) => value instanceof TextEncoderStream, describe);
}
