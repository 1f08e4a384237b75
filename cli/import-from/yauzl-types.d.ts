// yauzl ships no types; these are the few that are used.
declare module 'yauzl' {
  import type { Readable } from 'node:stream';

  export type Entry = { fileName: string; externalFileAttributes: number; uncompressedSize: number };
  export type ZipFile = {
    entryCount: number;
    eachEntry(): AsyncIterable<Entry>;
    openReadStreamPromise(entry: Entry): Promise<Readable>;
    close(): void;
  };
  const yauzl: {
    fromFdPromise(fd: number, options: { autoClose: boolean; strictFileNames: boolean }): Promise<ZipFile>;
  };
  export default yauzl;
}
