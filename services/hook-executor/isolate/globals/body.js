import { blobBytes, blobOf, isBlob } from './blob.js';
import { bytesOf, concatBytes, copyBytes, isBufferSource } from './buffer-source.js';
import { encodeMultipart, formOf, isFormData, parseMultipart } from './form-data.js';
import {
  asyncIterator,
  Bytes,
  defineProperty,
  exec,
  parse,
  push,
  startsWith,
  toLowerCase,
  typedArrayTag,
} from './intrinsics.js';
import { isDisturbed, isReadableStream, mapped, streamFrom, streamOf } from './streams.js';
import { structuredClone } from './structured-clone.js';
import { isSearchParams, parseForm } from './url-search-params.js';
import { decodeUtf8, decodeUtf8KeepingBom, encodeUtf8 } from './utf8.js';

/** What a Request or Response carries: bytes in memory, or a stream of the hook's own. */
export class Body {
  #bytes;
  #stream;
  #used = false;

  constructor(bytes, stream) {
    this.#bytes = bytes;
    this.#stream = stream;
  }

  get used() {
    return this.#used || (this.#stream !== undefined && isDisturbed(this.#stream));
  }
  /** Whether it can be sent again, as a redirect asks for. */
  get replayable() {
    return this.#bytes !== undefined;
  }
  get stream() {
    if (this.#stream === undefined) {
      this.#stream = streamOf(copyBytes(this.#bytes));
      if (this.#used) this.#stream.getReader();
    }
    return this.#stream;
  }
  get unusable() {
    return this.used || (this.#stream?.locked ?? false);
  }

  /** The whole of it, once. */
  async consume() {
    if (this.unusable) throw new TypeError('Body is unusable: Body has already been read');
    this.#used = true;
    // It stays locked, as the standard has it.
    const reader = this.#stream?.getReader();
    if (this.#bytes !== undefined) return this.#bytes;
    const chunks = [];
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return concatBytes(chunks);
      if (typedArrayTag(value) !== 'Uint8Array') throw new TypeError('Received non-Uint8Array chunk');
      push(chunks, value);
    }
  }

  clone() {
    if (this.unusable) throw new TypeError('Response.clone: Body has already been consumed.');
    if (this.#bytes !== undefined) return new Body(this.#bytes);
    const branches = this.#stream.tee();
    this.#stream = branches[0];
    // Whoever reads one does not see what was done to the chunks of the other.
    return new Body(undefined, mapped(branches[1], structuredClone));
  }
}

/** The body that a value makes, and the content type that goes with it. */
export function extractBody(value) {
  if (isReadableStream(value)) {
    if (isDisturbed(value) || value.locked)
      throw new TypeError('Response body object should not be disturbed or locked');
    return { body: new Body(undefined, value), type: undefined };
  }
  if (isBlob(value)) return { body: new Body(blobBytes(value)), type: value.type === '' ? undefined : value.type };
  if (isBufferSource(value)) return { body: new Body(new Bytes(bytesOf(value))), type: undefined };
  if (isFormData(value)) {
    const { bytes, type } = encodeMultipart(value);
    return { body: new Body(bytes), type };
  }
  if (isSearchParams(value)) {
    return { body: new Body(encodeUtf8(`${value}`)), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  if (typeof value === 'object' && typeof value[asyncIterator] === 'function') {
    return { body: new Body(undefined, streamFrom(value)), type: undefined };
  }
  return { body: new Body(encodeUtf8(`${value}`)), type: 'text/plain;charset=UTF-8' };
}

function parseFormData(bytes, contentType) {
  const type = contentType ?? '';
  if (startsWith(toLowerCase(type), 'application/x-www-form-urlencoded'))
    return formOf(parseForm(decodeUtf8KeepingBom(bytes)));
  const boundary = exec(/^multipart\/form-data *;.*boundary=(?:"([^"]+)"|([^;\s]+))/i, type);
  if (boundary === null) {
    throw new TypeError('Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".');
  }
  return parseMultipart(bytes, boundary[1] ?? boundary[2]);
}

/** `body`, `bodyUsed` and the methods that read it. `bodyOf(self)` throws for what is not of the class. */
export function defineBody(Class, bodyOf) {
  const consume = async (self) => {
    const body = bodyOf(self);
    return body === null ? new Bytes() : await body.consume();
  };
  const methods = {
    async arrayBuffer() {
      return copyBytes(await consume(this)).buffer;
    },
    async bytes() {
      return copyBytes(await consume(this));
    },
    async blob() {
      return blobOf(await consume(this), toLowerCase(this.headers.get('content-type') ?? ''));
    },
    async formData() {
      bodyOf(this);
      const type = this.headers.get('content-type');
      return parseFormData(await consume(this), type);
    },
    async json() {
      return parse(decodeUtf8(await consume(this)));
    },
    async text() {
      return decodeUtf8(await consume(this));
    },
  };
  for (const name in methods) {
    defineProperty(Class.prototype, name, {
      value: methods[name],
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  const getters = {
    body: (body) => (body === null ? null : body.stream),
    bodyUsed: (body) => body !== null && body.used,
  };
  for (const name in getters) {
    const read = getters[name];
    const get = {
      get() {
        return read(bodyOf(this));
      },
    }.get;
    defineProperty(Class.prototype, name, { get, enumerable: true, configurable: true });
  }
}
