import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { revisionAddress, DEFAULT_HOOK_LIMITS } from '../../shared/domain/hook.ts';
import { enableHook } from '../support/enable-hook.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';

const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  if (context.body.deny) return cb(new InvalidScopeError('denied-detail'));
  if (context.body.fail) throw new Error('thrown-detail');
  cb(null, { 'https://foo.com/claim': 'the-value-of-a-claim', 'iss': 'the-value-of-a-forgery', scope: scope });
};`;
const REVISION = revisionAddress({ hook_id: 'test-hook', code: HOOK, limits: DEFAULT_HOOK_LIMITS });
const REQUESTED = 'hookmint.demo.token.requested';
const SIGN = 'hookmint.demo.token.sign';
/** Starts of spans are whole milliseconds. */
const CLOCK_STEP_NS = 2_000_000n;

describe('one trace per token', () => {
  let receiver: OtlpReceiver;
  let stack: Stack;

  before(async () => {
    receiver = await startOtlpReceiver();
    stack = await startStack({
      env: {
        ...receiver.env,
      },
    });
    await enableHook(stack, HOOK);
  });
  // Apart: what did not start does not keep the other open.
  after(() => receiver.close());
  after(() => stack.stop());

  let lastTrace = 0;
  /** Asks for a token in a trace of the caller's, and gives the answer and the trace. */
  async function traced(parameters: Record<string, string | undefined>, spanCount: number) {
    const traceId = (++lastTrace).toString(16).padStart(32, 'a');
    const parent = 'b7ad6b7169203331';
    const answer = await requestToken(stack, parameters, { traceparent: `00-${traceId}-${parent}-01` });
    const spans = await receiver.trace(traceId, ({ length }) => length >= spanCount);
    return { answer, parent, spans };
  }
  const only = (spans: ReceivedSpan[], service: string, name: string): ReceivedSpan => {
    const found = spans.filter((span) => span.service === service && span.name === name);
    const [span] = found;
    assert.ok(span !== undefined && found.length === 1, `${name} of ${service}: ${String(found.length)} times`);
    return span;
  };

  it('continues the caller’s trace through gateway, executor, sandbox and signer, each span below the right one', async () => {
    // The first run of a revision is sent twice: the executor asks for the code.
    await requestToken(stack);
    const { answer, parent, spans } = await traced({}, 6);
    assert.equal(answer.status, 200);
    const http = only(spans, 'hookmint-gateway', 'POST /oauth/token');
    const sendRequested = only(spans, 'hookmint-gateway', `send ${REQUESTED}`);
    const processRequested = only(spans, 'hookmint-hook-executor', `process ${REQUESTED}`);
    const hookRun = only(spans, 'hookmint-hook-executor', 'hook test');
    const sendSign = only(spans, 'hookmint-gateway', `send ${SIGN}`);
    const processSign = only(spans, 'hookmint-signer', `process ${SIGN}`);
    assert.deepEqual(
      [http, sendRequested, processRequested, hookRun, sendSign, processSign].map((span) => span.parentSpanId),
      [parent, http.spanId, sendRequested.spanId, processRequested.spanId, http.spanId, sendSign.spanId],
    );
    assert.deepEqual(
      [http, sendRequested, processRequested, hookRun, sendSign, processSign].map((span) => span.kind),
      ['server', 'client', 'consumer', 'internal', 'client', 'consumer'],
    );
    assert.equal(spans.length, 6);
    assert.deepEqual(
      spans.filter((span) => span.failed),
      [],
    );
    const inOrder = [
      http.startNs,
      sendRequested.startNs,
      sendRequested.endNs,
      sendSign.startNs,
      sendSign.endNs,
      http.endNs,
    ];
    for (const [index, ns] of inOrder.entries()) {
      assert.ok(ns + CLOCK_STEP_NS >= (inOrder[index - 1] ?? 0n), `out of order: ${inOrder.join(' ')}`);
    }
  });

  it('says of each span what it was', async () => {
    const { spans } = await traced({}, 6);
    assert.deepEqual(only(spans, 'hookmint-gateway', 'POST /oauth/token').attributes, {
      'http.request.method': 'POST',
      'url.path': '/oauth/token',
      'url.scheme': 'http',
      'http.route': '/oauth/token',
      'http.response.status_code': 200,
      'hookmint.client.id': stack.clientId,
      'hookmint.audience': stack.audience,
      'hookmint.hook.revision': REVISION,
      'hookmint.hook.outcome': 'ok',
      'hookmint.dropped': ['iss: reserved'],
    });
    for (const [service, operation, subject] of [
      ['hookmint-gateway', 'send', REQUESTED],
      ['hookmint-hook-executor', 'process', REQUESTED],
      ['hookmint-gateway', 'send', SIGN],
      ['hookmint-signer', 'process', SIGN],
    ] as const) {
      assert.deepEqual(only(spans, service, `${operation} ${subject}`).attributes, {
        'messaging.system': 'nats',
        'messaging.destination.name': subject,
        'messaging.operation.name': operation,
        'messaging.operation.type': operation,
      });
    }
    const { 'hookmint.hook.cpu_ms': cpuMs, ...run } = only(spans, 'hookmint-hook-executor', 'hook test').attributes;
    assert.deepEqual(run, {
      'hookmint.hook.id': 'test-hook',
      'hookmint.hook.name': 'test',
      'hookmint.hook.revision': REVISION,
      'hookmint.hook.outcome': 'ok',
    });
    assert.ok(typeof cpuMs === 'number' && cpuMs >= 0 && cpuMs < 1_000);
  });

  it('begins anew when the caller sends none, or one that is broken', async () => {
    for (const headers of [
      {},
      { traceparent: 'nonsense' },
      { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` },
    ]) {
      const known = new Set(receiver.spans.map((span) => span.traceId));
      assert.equal((await requestToken(stack, {}, headers)).status, 200);
      const ofNewTrace = (): ReceivedSpan[] => receiver.spans.filter((span) => !known.has(span.traceId));
      await receiver.until(() => ofNewTrace().length >= 6, 'a new trace');
      const spans = ofNewTrace();
      assert.equal(new Set(spans.map((span) => span.traceId)).size, 1);
      assert.match(spans[0]?.traceId ?? '', /^(?!0{32})[0-9a-f]{32}$/);
      assert.equal(only(spans, 'hookmint-gateway', 'POST /oauth/token').parentSpanId, undefined);
    }
  });

  it('ends at the denial of a hook, which is no failure', async () => {
    const { answer, spans } = await traced({ deny: '1' }, 4);
    assert.equal(answer.status, 400);
    const run = only(spans, 'hookmint-hook-executor', 'hook test');
    assert.deepEqual(
      [run.failed, run.attributes['hookmint.hook.outcome'], run.attributes['error.type']],
      [false, 'denied', undefined],
    );
    assert.deepEqual(
      spans.map(({ name }) => name).filter((name) => name.includes('sign')),
      [],
    );
    const http = only(spans, 'hookmint-gateway', 'POST /oauth/token');
    assert.deepEqual([http.failed, http.attributes['http.response.status_code']], [false, 400]);
  });

  it('marks a hook that failed, and the request with it', async () => {
    const { answer, spans } = await traced({ fail: '1' }, 4);
    assert.equal(answer.status, 500);
    const run = only(spans, 'hookmint-hook-executor', 'hook test');
    assert.deepEqual(
      [run.failed, run.attributes['hookmint.hook.outcome'], run.attributes['error.type']],
      [true, 'threw', 'threw'],
    );
    const http = only(spans, 'hookmint-gateway', 'POST /oauth/token');
    assert.deepEqual([http.failed, http.attributes['http.response.status_code']], [true, 500]);
  });

  it('names the version of each service, which is one', async () => {
    await traced({}, 6);
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    for (const service of ['hookmint-gateway', 'hookmint-hook-executor', 'hookmint-signer']) {
      assert.equal(receiver.resources.get(service)?.['service.version'], version, service);
    }
  });

  it('is named in the log lines of every service', async () => {
    const { spans } = await traced({ fail: '1' }, 4);
    const traceId = spans[0]?.traceId ?? '';
    await stack.untilPrinted(new RegExp(`^hook-executor .*"trace_id":"${traceId}".*a hook run failed`));
    await stack.untilPrinted(new RegExp(`^gateway .*"trace_id":"${traceId}".*a request failed`));
  });

  it('is accompanied by the metrics', async () => {
    await traced({}, 6);
    await traced({ deny: '1' }, 4);
    await traced({ fail: '1' }, 4);
    const has = (service: string, name: string, attributes: Record<string, unknown>): boolean =>
      receiver.points.some(
        (point) =>
          point.service === service &&
          point.name === name &&
          point.value > 0 &&
          JSON.stringify(Object.entries(point.attributes).sort()) === JSON.stringify(Object.entries(attributes).sort()),
      );
    const expected: [string, string, Record<string, unknown>][] = [
      ['hookmint-gateway', 'hookmint.token.requests', { 'hookmint.outcome': 'issued' }],
      ['hookmint-gateway', 'hookmint.token.requests', { 'hookmint.outcome': 'denied', 'error.type': 'invalid_scope' }],
      ['hookmint-gateway', 'hookmint.token.requests', { 'hookmint.outcome': 'failed', 'error.type': 'server_error' }],
      [
        'hookmint-hook-executor',
        'hookmint.hook.duration',
        { 'hookmint.hook.name': 'test', 'hookmint.hook.outcome': 'ok' },
      ],
      [
        'hookmint-hook-executor',
        'hookmint.hook.duration',
        { 'hookmint.hook.name': 'test', 'hookmint.hook.outcome': 'denied' },
      ],
      [
        'hookmint-hook-executor',
        'hookmint.hook.duration',
        { 'hookmint.hook.name': 'test', 'hookmint.hook.outcome': 'threw' },
      ],
      [
        'hookmint-gateway',
        'http.server.request.duration',
        { 'http.request.method': 'POST', 'http.route': '/oauth/token', 'http.response.status_code': 200 },
      ],
    ];
    for (const [service, name, attributes] of expected) {
      await receiver.until(() => has(service, name, attributes), `${name} ${JSON.stringify(attributes)}`);
    }
    await receiver.until(
      () =>
        receiver.points.some(
          ({ service, name }) => service === 'hookmint-hook-executor' && name === 'hookmint.hook_executor.queue.depth',
        ),
      'the queue depth',
    );
    const units = Object.fromEntries(receiver.points.map(({ name, unit }) => [name, unit]));
    assert.deepEqual(
      ['hookmint.token.requests', 'hookmint.hook.duration', 'hookmint.hook_executor.queue.depth'].map(
        (name) => units[name],
      ),
      ['{request}', 's', '{run}'],
    );
  });

  it('holds, like metrics and logs, no secret, no token and no value of a claim', async () => {
    const { answer, spans } = await traced({ subject_token: 'the-value-of-a-parameter' }, 6);
    const token = String(answer.body.access_token);
    const authorization = Buffer.from(`${stack.clientId}:${stack.clientSecret}`).toString('base64');
    await requestToken(
      stack,
      { client_id: undefined, client_secret: undefined },
      { authorization: `Basic ${authorization}` },
    );
    await requestToken(stack, { client_secret: 'a-wrong-secret' });
    await traced({}, 6);
    assert.equal(spans.length, 6);
    // The banner shows the demo client's secret on purpose.
    const logs = stack
      .output()
      .split('\n')
      .filter((line) => /^(gateway|hook-executor|signer) /.test(line));
    assert.ok(logs.length > 0);
    const everything = `${receiver.text()}\n${logs.join('\n')}`;
    for (const secret of [
      stack.clientSecret,
      authorization,
      token,
      token.split('.')[2] ?? token,
      'a-wrong-secret',
      'the-value-of-a-claim',
      'the-value-of-a-forgery',
      'the-value-of-a-parameter',
    ]) {
      assert.equal(everything.includes(secret), false, `found: ${secret}`);
    }
  });

  it('holds no text of a hook’s error: it may be anything', () => {
    assert.equal(receiver.text().includes('thrown-detail'), false);
    assert.equal(receiver.text().includes('denied-detail'), false);
  });
});

describe('without OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  it('nothing is sent anywhere, also not to the default port of a collector', async (t) => {
    let connections = 0;
    const listeners = await Promise.all(
      [4317, 4318].map(
        (port) =>
          new Promise<ReturnType<typeof createServer> | undefined>((resolve) => {
            const server = createServer((socket) => {
              connections++;
              socket.destroy();
            });
            server.once('error', () => resolve(undefined));
            server.listen(port, '127.0.0.1', () => resolve(server));
          }),
      ),
    );
    t.after(() => {
      for (const listener of listeners) listener?.close();
    });
    const stack = await startStack({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: '',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_METRIC_EXPORT_INTERVAL: '200',
        OTEL_METRIC_EXPORT_TIMEOUT: '200',
      },
    });
    try {
      const { status } = await requestToken(stack, {}, { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01` });
      assert.equal(status, 200);
      await new Promise((resolve) => setTimeout(resolve, 500));
    } finally {
      await stack.stop();
    }
    assert.equal(connections, 0);
    assert.deepEqual(
      stack
        .output()
        .split('\n')
        .filter((line) => /export|otlp|ECONNREFUSED|431[78]/i.test(line)),
      [],
    );
  });
});
