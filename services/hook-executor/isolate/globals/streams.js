import { defineInterface } from './define.js';
import {
  apply,
  asyncIterator,
  create,
  getPrototypeOf,
  iterator,
  PromiseClass,
  push,
  rejected,
  resolved,
  shift,
  then,
} from './intrinsics.js';
import { coded } from './node-error.js';

// ReadableStream for those who read a body or make one: default readers, tee, async iteration, `from`. No byte readers, no
// WritableStream, hence no pipes: a body here is in memory anyway.

const token = {};
const locked = () => coded(TypeError, 'ERR_INVALID_STATE', 'Invalid state: ReadableStream is locked');

class ReadableStreamDefaultController {
  #stream;
  constructor(secret, stream) {
    if (secret !== token) throw new TypeError('Illegal constructor');
    this.#stream = stream;
  }
  get desiredSize() {
    return desiredSize(this.#stream);
  }
  enqueue(chunk) {
    enqueue(this.#stream, chunk);
  }
  close() {
    close(this.#stream);
  }
  error(reason) {
    fail(this.#stream, reason);
  }
}

export class ReadableStream {
  #source;
  #controller;
  #queue = [];
  #requests = [];
  #state = 'readable';
  #error;
  #reader;
  #closing = false;
  #started = false;
  #pulling = false;
  #pullAgain = false;
  #highWaterMark;
  #size;
  #queued = 0;
  #disturbed = false;

  constructor(source = {}, strategy = {}) {
    this.#source = source;
    const mark = strategy?.highWaterMark;
    this.#highWaterMark = mark === undefined ? (source?.type === 'bytes' ? 0 : 1) : Number(mark);
    if (!(this.#highWaterMark >= 0)) throw new RangeError('Invalid highWaterMark');
    this.#size = strategy?.size;
    this.#controller = new ReadableStreamDefaultController(token, this);
    const begun = typeof source?.start === 'function' ? source.start(this.#controller) : undefined;
    then(
      resolved(begun),
      () => {
        this.#started = true;
        pull(this);
      },
      (error) => fail(this, error),
    );
  }

  get locked() {
    return this.#reader !== undefined;
  }

  cancel(reason = undefined) {
    return this.#reader === undefined ? cancel(this, reason) : rejected(locked());
  }

  getReader(options = undefined) {
    if (options?.mode !== undefined)
      throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', `no "${options.mode}" readers here`);
    return new ReadableStreamDefaultReader(this);
  }

  tee() {
    const reader = this.getReader();
    const branches = [];
    let reading = false;
    let canceled = 0;
    const pullBoth = () => {
      if (reading) return;
      reading = true;
      then(
        reader.read(),
        ({ value, done }) => {
          reading = false;
          for (let i = 0; i < 2; i++) {
            try {
              if (done) close(branches[i]);
              else enqueue(branches[i], value);
            } catch {
              // A branch that was canceled takes nothing.
            }
          }
        },
        (error) => {
          fail(branches[0], error);
          fail(branches[1], error);
        },
      );
    };
    const cancelOne = (reason) => (++canceled === 2 ? reader.cancel(reason) : undefined);
    for (let i = 0; i < 2; i++)
      push(branches, new ReadableStream({ pull: pullBoth, cancel: cancelOne }, { highWaterMark: 0 }));
    return branches;
  }

  values({ preventCancel = false } = {}) {
    const reader = this.getReader();
    const iteration = create(asyncIteratorPrototype);
    iteration.next = async () => {
      const result = await reader.read();
      if (result.done) reader.releaseLock();
      return result;
    };
    iteration.return = async (value) => {
      const ended = preventCancel ? undefined : reader.cancel(value);
      reader.releaseLock();
      await ended;
      return { value, done: true };
    };
    return iteration;
  }

  static from(iterable) {
    const method = iterable?.[asyncIterator] ?? iterable?.[iterator];
    if (typeof method !== 'function') throw coded(TypeError, 'ERR_ARG_NOT_ITERABLE', 'The value must be iterable');
    const items = apply(method, iterable, []);
    return new ReadableStream(
      {
        async pull(controller) {
          const { value, done } = await items.next();
          if (done) controller.close();
          else controller.enqueue(await value);
        },
        async cancel(reason) {
          await items.return?.(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  static lock(stream, reader) {
    if (stream.#reader !== undefined) throw locked();
    stream.#reader = reader;
  }
  static unlock(stream, error) {
    stream.#reader = undefined;
    const requests = stream.#requests;
    stream.#requests = [];
    for (let i = 0; i < requests.length; i++) requests[i].reject(error);
  }
  static read(stream) {
    stream.#disturbed = true;
    if (stream.#queue.length > 0) {
      const { chunk, size } = shift(stream.#queue);
      stream.#queued -= size;
      if (stream.#closing && stream.#queue.length === 0) finish(stream);
      else pull(stream);
      return resolved({ value: chunk, done: false });
    }
    if (stream.#state === 'closed') return resolved({ value: undefined, done: true });
    if (stream.#state === 'errored') return rejected(stream.#error);
    return new PromiseClass((resolve, reject) => {
      push(stream.#requests, { resolve, reject });
      pull(stream);
    });
  }
  static enqueue(stream, chunk) {
    if (stream.#closing || stream.#state !== 'readable') {
      throw coded(TypeError, 'ERR_INVALID_STATE', 'Invalid state: Controller is already closed');
    }
    if (stream.#requests.length > 0) shift(stream.#requests).resolve({ value: chunk, done: false });
    else {
      const size = stream.#size === undefined ? 1 : Number((0, stream.#size)(chunk));
      push(stream.#queue, { chunk, size });
      stream.#queued += size;
    }
    pull(stream);
  }
  static close(stream) {
    if (stream.#closing || stream.#state !== 'readable') {
      throw coded(TypeError, 'ERR_INVALID_STATE', 'Invalid state: Controller is already closed');
    }
    stream.#closing = true;
    if (stream.#queue.length === 0) finish(stream);
  }
  static finish(stream) {
    stream.#state = 'closed';
    const requests = stream.#requests;
    stream.#requests = [];
    for (let i = 0; i < requests.length; i++) requests[i].resolve({ value: undefined, done: true });
    settleClosed(stream.#reader);
  }
  static fail(stream, error) {
    if (stream.#state !== 'readable') return;
    stream.#state = 'errored';
    stream.#error = error;
    stream.#queue = [];
    const requests = stream.#requests;
    stream.#requests = [];
    for (let i = 0; i < requests.length; i++) requests[i].reject(error);
    settleClosed(stream.#reader, error);
  }
  static desiredSize(stream) {
    if (stream.#state === 'errored') return null;
    return stream.#state === 'closed' ? 0 : stream.#highWaterMark - stream.#queued;
  }
  static pull(stream) {
    if (!stream.#started || stream.#closing || stream.#state !== 'readable') return;
    if (stream.#requests.length === 0 && stream.#highWaterMark - stream.#queued <= 0) return;
    if (stream.#pulling) return void (stream.#pullAgain = true);
    const source = stream.#source;
    if (typeof source?.pull !== 'function') return;
    stream.#pulling = true;
    then(
      new PromiseClass((resolve) => resolve(source.pull(stream.#controller))),
      () => {
        stream.#pulling = false;
        if (stream.#pullAgain) {
          stream.#pullAgain = false;
          pull(stream);
        }
      },
      (error) => fail(stream, error),
    );
  }
  static cancel(stream, reason) {
    stream.#disturbed = true;
    if (stream.#state === 'closed') return resolved();
    if (stream.#state === 'errored') return rejected(stream.#error);
    stream.#queue = [];
    finish(stream);
    const source = stream.#source;
    return then(
      new PromiseClass((resolve) => resolve(typeof source?.cancel === 'function' ? source.cancel(reason) : undefined)),
      () => undefined,
    );
  }
  static state = (stream) => ({ state: stream.#state, error: stream.#error });
  static is = (value) => typeof value === 'object' && value !== null && #queue in value;
  static disturbed = (stream) => stream.#disturbed;
}
const { lock, unlock, read, enqueue, close, finish, fail, desiredSize, pull, cancel, state } = ReadableStream;
export const isReadableStream = ReadableStream.is;
export const isDisturbed = ReadableStream.disturbed;
export const readChunk = read;
export const lockStream = lock;
const internals = ['lock', 'unlock', 'read', 'enqueue', 'close', 'finish', 'fail', 'desiredSize', 'pull', 'cancel'];
for (const name of [...internals, 'state', 'is', 'disturbed']) delete ReadableStream[name];
Object.defineProperty(ReadableStream.prototype, asyncIterator, {
  value: ReadableStream.prototype.values,
  writable: true,
  configurable: true,
});
const asyncIteratorPrototype = getPrototypeOf(getPrototypeOf(async function* () {}.prototype));

class ReadableStreamDefaultReader {
  #stream;
  #closed;
  #settle;

  constructor(stream) {
    lock(stream, this);
    this.#stream = stream;
    this.#closed = new PromiseClass((resolve, reject) => (this.#settle = { resolve, reject }));
    then(this.#closed, undefined, () => undefined);
    const now = state(stream);
    if (now.state === 'closed') this.#settle.resolve();
    else if (now.state === 'errored') this.#settle.reject(now.error);
  }
  get closed() {
    return this.#closed;
  }
  read() {
    return this.#stream === undefined ? rejected(released()) : read(this.#stream);
  }
  cancel(reason = undefined) {
    return this.#stream === undefined ? rejected(released()) : cancel(this.#stream, reason);
  }
  releaseLock() {
    if (this.#stream === undefined) return;
    unlock(this.#stream, released());
    this.#stream = undefined;
    this.#settle.reject(released());
  }
  static settleClosed(reader, error) {
    if (reader === undefined || !(#settle in reader)) return;
    if (error === undefined) reader.#settle.resolve();
    else reader.#settle.reject(error);
  }
}
const { settleClosed } = ReadableStreamDefaultReader;
delete ReadableStreamDefaultReader.settleClosed;
const released = () => coded(TypeError, 'ERR_INVALID_STATE', 'Invalid state: The reader is not attached to a stream');

/** A stream of what is in memory. */
export function streamOf(bytes) {
  return new ReadableStream(
    {
      pull(controller) {
        if (bytes.length > 0) controller.enqueue(bytes);
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

export function defineStreams() {
  defineInterface('ReadableStream', ReadableStream);
  defineInterface('ReadableStreamDefaultReader', ReadableStreamDefaultReader);
  defineInterface('ReadableStreamDefaultController', ReadableStreamDefaultController);
}
