import { ReadableStream, TransformStream, WritableStream } from 'web-streams-polyfill';

export * from 'web-streams-polyfill';

// What the streams of Node's module ask of the web's, by names that are Node's own: when one has ended, and to let it fail.

const SETTLE = { closed: ({ resolve }) => resolve(), errored: ({ reject }, reason) => reject(reason) };

/** @type {[any, string][]} */
const CONTROLLED = [
  [ReadableStream, '_readableStreamController'],
  [WritableStream, '_writableStreamController'],
];
for (const [Class, controller] of CONTROLLED) {
  const states = new WeakMap();
  const ends = new WeakMap();
  Object.defineProperties(Class.prototype, {
    _state: {
      get() {
        return states.get(this);
      },
      set(state) {
        states.set(this, state);
        settle(this, ends.get(this));
      },
    },
    [Symbol.for('nodejs.webstream.isClosedPromise')]: {
      get() {
        let end = ends.get(this);
        if (end === undefined) {
          end = Promise.withResolvers();
          // Whoever asks takes it or not: that a stream failed is its reader's to tell.
          end.promise.catch(() => {});
          ends.set(this, end);
          settle(this, end);
        }
        return end;
      },
    },
    [Symbol.for('nodejs.webstream.controllerErrorFunction')]: {
      get() {
        return (error) => this[controller].error(error);
      },
    },
  });
}

function settle(stream, end) {
  // An error is kept only after the state has changed.
  if (end !== undefined) Promise.resolve().then(() => SETTLE[stream._state]?.(end, stream._storedError));
}

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
/** @type {[any, (stream: any) => object][]} */
const SHOWN = [
  [
    ReadableStream,
    (stream) => ({
      locked: stream.locked,
      state: stream._state,
      supportsBYOB: 'byobRequest' in stream._readableStreamController,
    }),
  ],
  [WritableStream, (stream) => ({ locked: stream.locked, state: stream._state })],
  [TransformStream, ({ readable, writable, _backpressure: backpressure }) => ({ readable, writable, backpressure })],
];
for (const [Class, describe] of SHOWN) {
  Object.defineProperty(Class.prototype, CUSTOM, {
    value(depth, options, inspect) {
      if (depth < 0) return this;
      const { name } = this.constructor;
      const left = { ...options, depth: options.depth === null ? null : options.depth - 1 };
      return `${name} ${inspect(describe(this), left)}`;
    },
    writable: true,
    configurable: true,
  });
}
