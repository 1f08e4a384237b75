// What the language has beyond TypeScript's library, and what guest code finds in the isolate: for shims, the globals that
// isolate/globals/ and shims/globals.js make, and the modules that take the place of Node's (bundle/core-modules.ts).

/** V8's. */
interface ErrorConstructor {
  captureStackTrace(target: object, until?: unknown): void;
  prepareStackTrace?: (error: Error, sites: any[]) => unknown;
  stackTraceLimit: number;
}
interface JSON {
  rawJSON(text: string): object;
}
/** As Node's and the runtime's own errors have it. */
interface Error {
  code?: string | number;
}
/** Without a prototype, so that nothing the hook puts on Object.prototype is read as a trap or an attribute. */
interface PropertyDescriptor {
  __proto__?: null;
}
interface ProxyHandler<T extends object> {
  __proto__?: null;
}

interface AbortSignal {
  reason: any;
}

declare var Blob: any;
declare var Buffer: any;
declare var ByteLengthQueuingStrategy: any;
declare var CountQueuingStrategy: any;
declare var ReadableStream: any;
declare var TextDecoder: any;
declare var TextDecoderStream: any;
declare var TextEncoder: any;
declare var TextEncoderStream: any;
declare var TransformStream: any;
declare var URL: any;
declare var URLSearchParams: any;
declare var WritableStream: any;
declare var clearImmediate: any;
declare var clearInterval: any;
declare var clearTimeout: any;
declare var process: any;
declare var queueMicrotask: any;
declare var setImmediate: any;
declare var setInterval: any;
declare var setTimeout: any;

declare module '@exodus/bytes/encoding.js' {
  export const TextDecoder: any;
}
declare module 'events';
declare module 'node-inspect-extracted' {
  export const format: any;
  export const formatWithOptions: any;
  export const inspect: any;
  export const stripVTControlCharacters: any;
}
declare module 'querystring';
declare module 'string_decoder/' {
  export const StringDecoder: any;
}
declare module 'stream';
declare module 'timers/promises';
declare module 'url/';
declare module 'util';
