import { defineLazily } from './define.js';
import { getterOf } from './intrinsics.js';
import { isLoaded, library } from './libraries.js';

// Web streams are a library's, and made by whoever first uses one: a body here is in memory, and most are read as a whole.

const NAMES = [
  'ByteLengthQueuingStrategy',
  'CountQueuingStrategy',
  'ReadableByteStreamController',
  'ReadableStream',
  'ReadableStreamBYOBReader',
  'ReadableStreamBYOBRequest',
  'ReadableStreamDefaultController',
  'ReadableStreamDefaultReader',
  'TransformStream',
  'TransformStreamDefaultController',
  'WritableStream',
  'WritableStreamDefaultController',
  'WritableStreamDefaultWriter',
];

const streams = () => library('streams');

let lockedOf;
/** By its brand: what reads `locked` throws for anything else. Where the library was never needed there is no stream. */
export function isReadableStream(value) {
  if (!isLoaded('streams') || typeof value !== 'object' || value === null) return false;
  lockedOf ??= getterOf(streams().ReadableStream.prototype, 'locked');
  try {
    lockedOf(value);
    return true;
  } catch {
    return false;
  }
}

/** Whether it was read or canceled. The library has no other word for the standard's [[disturbed]]. */
export const isDisturbed = (stream) => stream._disturbed;

export const streamFrom = (iterable) => streams().ReadableStream.from(iterable);

/** A stream of what is in memory. */
export function streamOf(bytes) {
  const { ReadableStream } = streams();
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}

/** A stream of what `change` makes of the chunks of another. */
export function mapped(stream, change) {
  const reader = stream.getReader();
  return new (streams().ReadableStream)(
    {
      async pull(controller) {
        const { value, done } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(change(value));
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** @param {object} [readable] strategy */
export const transformStream = (transformer, readable = undefined) =>
  new (streams().TransformStream)(transformer, undefined, readable);

export function defineStreams() {
  for (const name of NAMES) defineLazily(name, () => streams()[name]);
}
