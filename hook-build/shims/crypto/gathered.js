// Data on its way to the host: gathered while it is little, and handed over in pieces to what the host has opened for it once it is not.
const { host } = require('../host.js');

const MAX_GATHERED_BYTES = 131_072;
const PIECE_BYTES = 262_144;

class Gathered {
  #open;
  #chunks = [];
  #bytes = 0;
  #id;

  /** @param {unknown[]} open what the host opens: its kind and arguments */
  constructor(...open) {
    this.#open = open;
  }

  add(bytes) {
    if (this.#id === undefined && this.#bytes + bytes.length <= MAX_GATHERED_BYTES) {
      this.#chunks.push(Buffer.from(bytes));
      this.#bytes += bytes.length;
      return;
    }
    this.#id ??= host('open', ...this.#open);
    for (const chunk of this.#chunks) host('call', this.#id, 'update', chunk);
    this.#chunks = [];
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      host('call', this.#id, 'update', bytes.subarray(at, at + PIECE_BYTES));
    }
  }

  /** What comes of it, by one call of what was opened or, of little data, by `once`. */
  end(method, once, ...args) {
    if (this.#id === undefined) return once(Buffer.concat(this.#chunks));
    try {
      return host('call', this.#id, method, ...args);
    } finally {
      host('close', this.#id);
    }
  }

  /** @param options of the copy, which is a hash */
  copy(options) {
    const [kind, algorithm] = this.#open;
    const copy = new Gathered(kind, algorithm, options);
    copy.#chunks = [...this.#chunks];
    copy.#bytes = this.#bytes;
    if (this.#id !== undefined) copy.#id = host('copy', this.#id, options);
    return copy;
  }
}

module.exports = { Gathered, PIECE_BYTES };
