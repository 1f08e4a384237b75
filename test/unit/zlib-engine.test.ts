import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createInflate } from 'node:zlib';
import { ZlibEngine, type ZlibStream } from '../../services/hook-executor/sandbox/host-calls/node-work/zlib-engine.ts';

it(
  'every step of a stream that is dropped is settled, also when the one under way fails',
  { timeout: 10_000 },
  async () => {
    const engine = new ZlibEngine(createInflate() as unknown as ZlibStream, () => undefined);
    const steps = Array.from({ length: 4 }, () => {
      return new Promise((resolve) => engine.step(resolve, (stream, end) => stream.write(Buffer.from('no zlib'), end)));
    });
    engine.drop();
    const settled = (await Promise.all(steps)) as { code?: string }[];
    assert.deepEqual(
      settled.map(({ code }) => code),
      ['Z_DATA_ERROR', ...Array<string>(3).fill('ERR_STREAM_DESTROYED')],
    );
  },
);
