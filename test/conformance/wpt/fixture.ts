import { fileURLToPath } from 'node:url';
import { list } from 'tar';

/** The pinned part of web-platform-tests, by path. */
export async function readFixture(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const reads: Promise<void>[] = [];
  await list({
    file: fileURLToPath(new URL('../../fixtures/wpt/wpt.tar.gz', import.meta.url)),
    onReadEntry(entry) {
      if (entry.type !== 'File') {
        entry.resume();
        return;
      }
      reads.push(
        entry.concat().then((bytes: Buffer) => {
          texts.set(entry.path, bytes.toString('utf8'));
        }),
      );
    },
  });
  await Promise.all(reads);
  return texts;
}
