import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRuntime, runInNode } from './runtime-driver.ts';

/** What they answer is what Node answers. */
const SAME_AS_NODE = {
  'a transform between two streams': `
    const upper = new TransformStream({ transform: (chunk, controller) => controller.enqueue(chunk.toUpperCase()) });
    const all = [];
    await ReadableStream.from(['a', 'b']).pipeThrough(upper).pipeTo(new WritableStream({ write: (chunk) => void all.push(chunk) }));
    return all;`,
  'text of bytes, split anywhere': `
    const bytes = new TextEncoder().encode('é😀é');
    const chunks = await Array.fromAsync(ReadableStream.from([...bytes].map((byte) => new Uint8Array([byte]))).pipeThrough(new TextDecoderStream()));
    return [chunks.join(''), new TextDecoderStream('latin1').encoding];`,
  'bytes of text, also of a surrogate pair in two chunks': `
    const chunks = await Array.fromAsync(ReadableStream.from(['a\\ud83d', '\\ude00b', '\\ud83d']).pipeThrough(new TextEncoderStream()));
    return chunks.flatMap((chunk) => [...chunk]);`,
  'a body is a byte stream': `
    const reader = new Response('abcdef').body.getReader({ mode: 'byob' });
    const { value } = await reader.read(new Uint8Array(4));
    const rest = await reader.read(new Uint8Array(4));
    return [[...value], [...rest.value], (await reader.read(new Uint8Array(1))).done];`,
  'a body that is piped, read and cloned': `
    const text = await new Response(ReadableStream.from([new TextEncoder().encode('x'), new Uint8Array([121])])).text();
    const copy = new Response(new Blob(['abc']).stream()); const other = copy.clone();
    const piped = await Array.fromAsync(new Response('é').body.pipeThrough(new TextDecoderStream()));
    const read = new Response('a'); await read.text();
    return [text, await copy.text(), await other.text(), piped, read.bodyUsed, read.body.locked, await read.text().catch((e) => e.name)];`,
  'encodings that are no UTF-8': `
    const decode = (label, ...bytes) => new TextDecoder(label).decode(new Uint8Array(bytes));
    return [decode('shift_jis', 0x83, 0x65), decode('gbk', 0xc4, 0xe3), decode('big5', 0xa7, 0x41), decode('euc-kr', 0xb0, 0xa1), decode('koi8-r', 0xc1),
      decode('utf-16be', 0, 0x61), decode('latin1', 0x80), decode('iso-8859-2', 0xb1), new TextDecoder('ASCII').encoding, new TextDecoder(' Utf8 ').encoding];`,
};

describe('streams and encodings as in Node', () => {
  for (const [name, source] of Object.entries(SAME_AS_NODE)) {
    test(name, async () => {
      await using runtime = await createRuntime();
      assert.deepEqual(await runtime.run(source), await runInNode(source));
    });
  }
});

test('what begins with a library leaves its globals as they look in Node', async () => {
  await using runtime = await createRuntime();
  const shape = `
    const names = Object.getOwnPropertyNames(globalThis).filter((name) => /Stream|Strategy|BYOB/.test(name) && !/compression/i.test(name)).sort();
    for (const name of names) void globalThis[name];
    return names.map((name) => { const { value, enumerable, configurable, writable } = Object.getOwnPropertyDescriptor(globalThis, name);
      return [name, value.name, enumerable, configurable, writable, /^Text/.test(name) || value.prototype[Symbol.toStringTag]]; });`;
  assert.deepEqual(await runtime.run(shape), await runInNode(shape));
  assert.equal(await runtime.run(`WritableStream = 5; return WritableStream;`), 5);
});

describe('a hook attacks its streams', () => {
  const limited = async (source: string, timeoutMs = 300): Promise<string> => {
    const runtime = await createRuntime({ memoryLimitMib: 32 });
    try {
      return `ended: ${JSON.stringify(await runtime.run(source, { timeoutMs }))}`;
    } catch (error) {
      return (error as Error).message;
    } finally {
      await runtime[Symbol.asyncDispose]();
    }
  };
  test('one that never ends is stopped by the run’s CPU time', async () => {
    assert.match(
      await limited(`await new ReadableStream({ pull(c) { c.enqueue(1); } }).pipeTo(new WritableStream());`),
      /timed out/i,
    );
    assert.match(
      await limited(`for await (const _ of new ReadableStream({ pull(c) { c.enqueue(1); } }));`),
      /timed out/i,
    );
  });
  test('one that is never read fills the isolate’s own heap', async () => {
    const fill = `const s = new ReadableStream({ start(c) { for (;;) c.enqueue(new Array(1e6).fill(0.5)); } }); return 1;`;
    assert.match(await limited(fill, 10_000), /memory limit|disposed/i);
  });
  test('sizes, readers and prototypes that lie make errors of its own', async () => {
    const answer = await limited(`
      const failure = async (use) => { try { await use(); return 'accepted'; } catch (e) { return e.name; } };
      const body = new Response('x').body;
      return [
        await failure(() => new ReadableStream({}, { size: () => -1, highWaterMark: 1 }).getReader() && new ReadableStream({ start(c) { c.enqueue(1); } }, { size: () => NaN })),
        await failure(() => new Response(Object.create(ReadableStream.prototype)).text()),
        await failure(() => new Response({ __proto__: body, _disturbed: false }).text()),
        await failure(() => { const r = new Response(new ReadableStream({ start(c) { c.enqueue('no bytes'); c.close(); } })); return r.text(); }),
        await failure(() => { body._disturbed = true; return new Response('y').text(); }),
        await failure(() => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(1e6).fill(0xff))),
        await failure(() => new TextDecoder('gb18030').decode(new Uint8Array(1e5).fill(0x81))),
        await failure(() => new TextDecoder('x'.repeat(1e6))),
        await failure(() => new TextDecoder({ toString() { throw new RangeError(); } })),
      ].join();`);
    assert.equal(
      answer,
      'ended: "RangeError,TypeError,TypeError,TypeError,accepted,TypeError,accepted,RangeError,RangeError"',
    );
  });
});
