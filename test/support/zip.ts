import { crc32, deflateRawSync } from 'node:zlib';

/** One file of a zip; what is told of it may be wrong. */
export type ZipEntry = {
  name: string;
  content?: string;
  /** POSIX's, with the kind of the file; left out: of no Unix. */
  mode?: number;
  /** In the place of the content's length. */
  saidBytes?: number;
};

const UNIX = 3 << 8;
const VERSION = 20;
const DEFLATED = 8;

/** A zip (APPNOTE.TXT §4.3) of any entries, in their order. */
export function zipOf(entries: readonly ZipEntry[], saidCount = entries.length): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', mode, saidBytes = Buffer.byteLength(content) } of entries) {
    const path = Buffer.from(name);
    const packed = deflateRawSync(content);
    // Flags, method, time, date, CRC-32, sizes, length of the name, of the extra field.
    const common = numbers(
      [0, 2],
      [DEFLATED, 2],
      [0, 2],
      [0, 2],
      [crc32(content), 4],
      [packed.length, 4],
      [saidBytes, 4],
      [path.length, 2],
      [0, 2],
    );
    const local = Buffer.concat([numbers([0x04034b50, 4], [VERSION, 2]), common, path, packed]);
    const attributes = mode === undefined ? 0 : mode * 0x10000;
    directory.push(
      numbers([0x02014b50, 4], [mode === undefined ? VERSION : UNIX | VERSION, 2], [VERSION, 2]),
      common,
      numbers([0, 2], [0, 2], [0, 2], [attributes, 4], [offset, 4]),
      path,
    );
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = numbers(
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [saidCount, 2],
    [saidCount, 2],
    [central.length, 4],
    [offset, 4],
    [0, 2],
  );
  return Buffer.concat([...locals, central, end]);
}

function numbers(...all: [value: number, bytes: 2 | 4][]): Buffer {
  return Buffer.concat(
    all.map(([value, bytes]) => {
      const buffer = Buffer.alloc(bytes);
      buffer.writeUIntLE(value, 0, bytes);
      return buffer;
    }),
  );
}
