import type { TestEvent } from 'node:test/reporters';

/** A reporter of the test runner: the files of tests that did not pass, a line each. */
export default async function* failedFiles(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    // Each file has a summary. A failing test tells the file that declares it, which may be another.
    if (type === 'test:summary' && data.file !== undefined && !data.success) yield `${data.file}\n`;
  }
}
