const { ReadableStream, WritableStream, TransformStream, TextEncoderStream, TextDecoderStream } = globalThis;
module.exports = { ReadableStream, WritableStream, TransformStream, TextEncoderStream, TextDecoderStream };
