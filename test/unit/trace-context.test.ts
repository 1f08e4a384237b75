import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { context, ROOT_CONTEXT, SpanKind, trace, type Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { activeTraceId, contextFrom, inSpan, startServerSpan, traceparentOf } from '../../shared/telemetry/tracing.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

// As a service without telemetry has it: no SDK, and ids that go on all the same.
const manager = new AsyncLocalStorageContextManager();
before(() => context.setGlobalContextManager(manager.enable()));
after(() => manager.disable());

const told = (from: Context): string | undefined => context.with(from, traceparentOf);

describe('the trace that a request brings', () => {
  for (const flags of ['00', '01', 'ff']) {
    it(`goes on as it is, with flags ${flags}`, () => {
      assert.equal(told(contextFrom(`00-${TRACE}-${SPAN}-${flags}`)), `00-${TRACE}-${SPAN}-${flags}`);
      assert.equal(trace.getSpanContext(contextFrom(`00-${TRACE}-${SPAN}-${flags}`))?.isRemote, true);
    });
  }

  it('may be of a version that is not known yet, with more in it', () => {
    assert.equal(told(contextFrom(`cc-${TRACE}-${SPAN}-01-what-the-future-holds`)), `00-${TRACE}-${SPAN}-01`);
  });

  for (const text of [
    undefined,
    '',
    TRACE,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}x-${SPAN}-01`,
  ]) {
    it(`is none where its text is ${JSON.stringify(text)}`, () => {
      assert.equal(contextFrom(text), ROOT_CONTEXT);
      assert.equal(told(contextFrom(text)), undefined);
    });
  }

  it('has a span of the server below it, that nobody records', () => {
    const parent = contextFrom(`00-${TRACE}-${SPAN}-01`);
    const span = startServerSpan('POST /', {}, parent);
    const { traceId, spanId, traceFlags } = span.spanContext();
    assert.deepEqual([traceId, traceFlags, span.isRecording()], [TRACE, 0, false]);
    assert.match(spanId, /^[\da-f]{16}$/);
    assert.notEqual(spanId, SPAN);
    assert.equal(told(trace.setSpan(parent, span)), `00-${TRACE}-${spanId}-00`);
  });
});

describe('a request without a trace', () => {
  it('has one of its own, which all that is done for it sees', async () => {
    const ids = new Set<string>();
    for (let request = 0; request < 100; request++) {
      const span = startServerSpan('POST /', {}, ROOT_CONTEXT);
      const { traceId } = span.spanContext();
      assert.match(traceId, /^[\da-f]{32}$/);
      ids.add(traceId);
      await context.with(trace.setSpan(ROOT_CONTEXT, span), () =>
        inSpan('work', { kind: SpanKind.INTERNAL }, async () => {
          await new Promise((resolve) => setImmediate(resolve));
          assert.equal(activeTraceId(), traceId);
        }),
      );
    }
    assert.equal(ids.size, 100);
  });

  it('takes over that of who sent it by the bus', async () => {
    const parent = contextFrom(`00-${TRACE}-${SPAN}-00`);
    const seen = await inSpan('work', { kind: SpanKind.CONSUMER, parent }, () => Promise.resolve(activeTraceId()));
    assert.equal(seen, TRACE);
    assert.equal(activeTraceId(), undefined);
  });
});
