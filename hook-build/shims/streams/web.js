// Between Node's streams and the web's.
/** @type {any} */
const library = require('./library.js');
const { Readable, Writable, Duplex, finished } = library;
const { AbortError, invalidArgType } = require('../errors.js');

const isOf = (name, value) => value instanceof globalThis[name];
function requireStream(name, argument, value) {
  if (!isOf(name, value)) throw invalidArgType(argument, `an instance of ${name}`, value);
}
const stateOf = (stream) => stream?._readableState ?? stream?._writableState;
const chunkOf = (chunk, isObject) =>
  !isObject && ArrayBuffer.isView(chunk) ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength) : chunk;

function readableFromWeb(readableStream, options = {}) {
  requireStream('ReadableStream', 'readableStream', readableStream);
  const { highWaterMark, encoding, objectMode = false, signal } = options;
  const reader = readableStream.getReader();
  let isDone = false;
  const readable = new Readable({
    objectMode,
    highWaterMark,
    encoding,
    signal,
    read() {
      reader.read().then(
        ({ done, value }) => {
          if (done) readable.push(null);
          else readable.push(value);
        },
        (error) => readable.destroy(error),
      );
    },
    destroy(error, callback) {
      const end = () => callback(error);
      if (isDone) end();
      else reader.cancel(error ?? undefined).then(end, end);
    },
  });
  const closed = () => (isDone = true);
  reader.closed.then(closed, (error) => {
    closed();
    readable.destroy(error);
  });
  return readable;
}

function readableToWeb(streamReadable, options = {}) {
  if (typeof stateOf(streamReadable) !== 'object')
    throw invalidArgType('streamReadable', 'an instance of stream.Readable', streamReadable);
  const { ReadableStream, CountQueuingStrategy, ByteLengthQueuingStrategy } = globalThis;
  const { objectMode, highWaterMark } = streamReadable._readableState;
  const strategy =
    options.strategy ??
    (objectMode ? new CountQueuingStrategy({ highWaterMark }) : new ByteLengthQueuingStrategy({ highWaterMark }));
  let controller;
  let isOver = false;
  if (streamReadable.destroyed || streamReadable.readable === false) {
    const empty = new ReadableStream();
    empty.cancel();
    return empty;
  }
  streamReadable.pause();
  finished(streamReadable, { writable: false }, (error) => {
    if (isOver) return;
    isOver = true;
    if (error) controller.error(error);
    else controller.close();
  });
  streamReadable.on('data', (chunk) => {
    if (isOver) return;
    controller.enqueue(chunkOf(chunk, objectMode));
    if (controller.desiredSize <= 0) streamReadable.pause();
  });
  // Listening began the flow.
  streamReadable.pause();
  return new ReadableStream(
    {
      start(own) {
        controller = own;
      },
      pull() {
        streamReadable.resume();
      },
      cancel(reason) {
        isOver = true;
        streamReadable.destroy(reason);
      },
    },
    strategy,
  );
}

function writableFromWeb(writableStream, options = {}) {
  requireStream('WritableStream', 'writableStream', writableStream);
  const { highWaterMark, decodeStrings = true, objectMode = false, signal } = options;
  const writer = writableStream.getWriter();
  let isDone = false;
  const writable = new Writable({
    highWaterMark,
    objectMode,
    decodeStrings,
    signal,
    write(chunk, encoding, callback) {
      const isText = typeof chunk === 'string' && decodeStrings && !objectMode;
      const written = isText ? chunkOf(Buffer.from(chunk, encoding), false) : chunk;
      writer.ready.then(() => writer.write(written)).then(() => callback(), callback);
    },
    final(callback) {
      const end = () => {
        isDone = true;
        callback();
      };
      writer.close().then(end, callback);
    },
    destroy(error, callback) {
      const end = () => callback(error);
      if (isDone) end();
      else if (error) writer.abort(error).then(end, end);
      else writer.close().then(end, end);
    },
  });
  writer.closed.then(
    () => (isDone = true),
    (error) => {
      isDone = true;
      writable.destroy(error);
    },
  );
  return writable;
}

function writableToWeb(streamWritable) {
  if (typeof streamWritable?._writableState !== 'object')
    throw invalidArgType('streamWritable', 'an instance of stream.Writable', streamWritable);
  const { WritableStream, CountQueuingStrategy, ByteLengthQueuingStrategy } = globalThis;
  const { writableObjectMode: isObject, writableHighWaterMark: highWaterMark } = streamWritable;
  const strategy = isObject
    ? new CountQueuingStrategy({ highWaterMark })
    : new ByteLengthQueuingStrategy({ highWaterMark });
  if (streamWritable.destroyed || !streamWritable.writable) {
    const closed = new WritableStream();
    closed.close();
    return closed;
  }
  let controller;
  let drained;
  let closed;
  streamWritable.on('drain', () => drained?.resolve());
  finished(streamWritable, { readable: false }, (error) => {
    if (error) {
      drained?.reject(error);
      if (closed === undefined) controller.error(error);
      closed?.reject(error);
    } else if (closed === undefined) controller.error(new AbortError());
    else closed.resolve();
  });
  return new WritableStream(
    {
      start(own) {
        controller = own;
      },
      write(chunk) {
        if (streamWritable.writableNeedDrain || !streamWritable.write(chunk)) {
          drained = Promise.withResolvers();
          return drained.promise.finally(() => (drained = undefined));
        }
        return undefined;
      },
      abort(reason) {
        streamWritable.destroy(reason);
      },
      close() {
        closed = Promise.withResolvers();
        streamWritable.end();
        return closed.promise;
      },
    },
    strategy,
  );
}

function duplexFromWeb(pair, options = {}) {
  if (typeof pair !== 'object' || pair === null) throw invalidArgType('pair', 'of type object', pair);
  requireStream('ReadableStream', 'pair.readable', pair.readable);
  requireStream('WritableStream', 'pair.writable', pair.writable);
  return Duplex.from({
    readable: readableFromWeb(pair.readable, options),
    writable: writableFromWeb(pair.writable, options),
  });
}

function duplexToWeb(duplex) {
  if (typeof duplex?._writableState !== 'object' || typeof duplex?._readableState !== 'object')
    throw invalidArgType('duplex', 'an instance of stream.Duplex', duplex);
  return { readable: readableToWeb(duplex), writable: writableToWeb(duplex) };
}

module.exports = {
  fromWeb: { readable: readableFromWeb, writable: writableFromWeb, duplex: duplexFromWeb },
  toWeb: { readable: readableToWeb, writable: writableToWeb, duplex: duplexToWeb },
};
