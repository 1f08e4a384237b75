import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { EgressPolicy } from '../../shared/domain/egress.ts';
import { NO_CEILING } from '../../shared/egress/address-ceiling.ts';
import { createEgressBroker } from '../../services/hook-executor/egress/broker.ts';
import type { RunMemory } from '../../services/hook-executor/egress/response-memory.ts';

const LOOPBACK: EgressPolicy = { allowed_addresses: ['127.0.0.0/8'], allowed_hosts: null };
const RESPONSE_BYTES = 5_000_000;
/** Of 128 MiB one hook alone gets half. */
const RESPONSES_OF_ONE_HOOK = 13;
const MIB = 1_048_576;

describe('the memory for responses, over all runs', () => {
  const broker = createEgressBroker(NO_CEILING);
  let url = '';
  const server = createServer(({ url: path }, response) => {
    if (path === '/large') response.end(Buffer.alloc(RESPONSE_BYTES, 'x'));
    else if (path === '/drip') {
      response.write('a little');
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    } else response.end('small');
  });
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  after(() => {
    broker.close();
    server.closeAllConnections();
    server.close();
  });

  async function ask(hookId: string, path: string, memory?: RunMemory, withinMs = 30_000): Promise<string> {
    const request = { url: url + path, method: 'GET', headers: [], verify_tls: true };
    const run = { deadlineMs: Date.now() + withinMs, traceparent: undefined, ...(memory && { memory }) };
    return broker.exchange(hookId, LOOPBACK, request, run).then(
      ({ body }) => `${String(Buffer.from(body, 'base64').length)} bytes`,
      (error: unknown) => (error as { code: string }).code,
    );
  }

  test('one hook gets half of it, and another still what is left to it', async () => {
    const memory = broker.memoryOfRun('greedy');
    const answers: string[] = [];
    for (let i = 0; i < 20; i++) answers.push(await ask('greedy', '/large', memory));
    assert.deepEqual(
      answers.map((answer) => (answer === 'EGRESS_BUSY' ? 'busy' : 'read')),
      Array.from({ length: 20 }, (_, i) => (i < RESPONSES_OF_ONE_HOOK ? 'read' : 'busy')),
    );
    const others = broker.memoryOfRun('other');
    for (let i = 0; i < 5; i++) assert.equal(await ask('other', '/large', others), `${String(RESPONSE_BYTES)} bytes`);
    assert.equal(await ask('third', '/small'), '5 bytes');
    memory.end();
    others.end();
    assert.equal(await ask('greedy', '/large', broker.memoryOfRun('greedy')), `${String(RESPONSE_BYTES)} bytes`);
  });

  test('a request that fails, and one whose run is over, hold nothing', async () => {
    const memory = broker.memoryOfRun('failing');
    for (let i = 0; i < 40; i++) assert.equal(await ask('failing', '/drip', memory, 40), 'EGRESS_TIMED_OUT');
    memory.end();
    for (let i = 0; i < 40; i++)
      assert.equal(await ask('failing', '/large', memory), `${String(RESPONSE_BYTES)} bytes`);
  });

  test('many large responses at once, of many hooks, hold the memory of the process down', async () => {
    const beforeBytes = process.memoryUsage.rss();
    let peakBytes = 0;
    const watch = setInterval(() => {
      peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
    }, 10).unref();
    const memories = Array.from({ length: 40 }, (_, i) => broker.memoryOfRun(`hook ${String(i)}`));
    const answers = await Promise.all(
      memories.flatMap((memory, i) => Array.from({ length: 8 }, () => ask(`hook ${String(i)}`, '/large', memory))),
    );
    clearInterval(watch);
    for (const memory of memories) memory.end();
    const read = answers.filter((answer) => answer !== 'EGRESS_BUSY').length;
    assert.ok(read > 0 && read < answers.length, `${String(read)} of ${String(answers.length)} were read`);
    assert.ok(peakBytes - beforeBytes < 1_000 * MIB, `${String((peakBytes - beforeBytes) / MIB)} MiB`);
    assert.equal(await ask('hook 1', '/large'), `${String(RESPONSE_BYTES)} bytes`);
  });
});
