import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { REFUSED_URL } from './servers-fixtures.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STARTED_WITHIN_MS = 60_000;

/** The smallest service there is: it starts telemetry as all do, counts one thing and waits. */
const SERVICE = `
  import './shared/telemetry/register.ts';
  import { eventsDropped } from './shared/telemetry/metrics.ts';
  import { runService } from './shared/lifecycle.ts';
  runService('smallest', async (endLater) => {
    eventsDropped.add(3);
    const alive = setInterval(() => {}, 1_000);
    endLater('waiting', () => clearInterval(alive));
  });
`;

const started: ChildProcess[] = [];
after(() => {
  for (const child of started) child.kill('SIGKILL');
});

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SERVICE], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, LOG_LEVEL: 'info', LOG_FORMAT: 'json', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const untilPrinted = async (pattern: RegExp): Promise<void> => {
    const untilMs = Date.now() + STARTED_WITHIN_MS;
    while (!pattern.test(output)) {
      if (Date.now() > untilMs) throw new Error(`not printed: ${String(pattern)}\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    return exited;
  };
  return { untilPrinted, exited, stop, output: () => output };
}

const reach = (host: string, port: number): Promise<string> =>
  fetch(`http://${host}:${String(port)}/metrics`).then(
    (response) => response.text(),
    (error: unknown) => String((error as { cause?: { code?: string } }).cause?.code),
  );

describe('the port of /metrics', () => {
  it('is served without an OTLP endpoint, to this machine only unless told otherwise, until the service ends', async () => {
    const port = await freePort('127.0.0.1');
    const service = start({ OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: String(port) });
    await service.untilPrinted(/smallest is ready/);
    assert.match(await reach('127.0.0.1', port), /^hookmint_events_dropped_total\{.*\} 3$/m);
    assert.equal(await reach('127.0.0.2', port), 'ECONNREFUSED');
    const elsewhere = await fetch(`http://127.0.0.1:${String(port)}/`);
    assert.equal(elsewhere.status, 404);
    assert.equal(await service.stop(), 0);
    assert.equal(await reach('127.0.0.1', port), 'ECONNREFUSED');
  });

  it('is served where it is told to be', async () => {
    const port = await freePort('127.0.0.2');
    const service = start({
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.2',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    });
    await service.untilPrinted(/smallest is ready/);
    assert.match(await reach('127.0.0.2', port), /hookmint_events_dropped_total/);
    await service.stop();
  });

  it('is closed where nobody asked for it', async () => {
    const port = await freePort('127.0.0.1');
    const service = start({ OTEL_EXPORTER_PROMETHEUS_PORT: String(port) });
    await service.untilPrinted(/smallest is ready/);
    assert.equal(await reach('127.0.0.1', port), 'ECONNREFUSED');
    assert.equal(await service.stop(), 0);
  });

  it('ends the service with a clear line where another has it', async (t) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    t.after(() => other.close());
    const { port } = other.address() as { port: number };
    const service = start({ OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: String(port) });
    assert.equal(await service.exited, 1);
    assert.match(service.output(), new RegExp(`OTEL_EXPORTER_PROMETHEUS_PORT ${String(port)} cannot be used`));
  });

  for (const [name, value, says] of [
    ['OTEL_METRICS_EXPORTER', 'promtheus', 'comma-separated list of otlp, prometheus, console and none'],
    ['OTEL_EXPORTER_PROMETHEUS_PORT', '70000', 'OTEL_EXPORTER_PROMETHEUS_PORT'],
  ] as const) {
    it(`is not guessed: ${name}=${value} is refused`, async () => {
      const service = start({ OTEL_METRICS_EXPORTER: 'prometheus', [name]: value });
      assert.notEqual(await service.exited, 0);
      assert.match(service.output(), new RegExp(says));
    });
  }

  it('does not stand in the way of a collector that is away: the service goes on, and says so once', async () => {
    const port = await freePort('127.0.0.1');
    const service = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: REFUSED_URL,
      OTEL_EXPORTER_OTLP_TIMEOUT: '200',
      OTEL_METRIC_EXPORT_INTERVAL: '250',
      OTEL_METRIC_EXPORT_TIMEOUT: '250',
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=a-secret-of-the-collector',
    });
    await service.untilPrinted(/telemetry is not delivered/);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.match(await reach('127.0.0.1', port), /hookmint_events_dropped_total/);
    assert.equal(service.output().match(/telemetry is not delivered/g)?.length, 1);
    assert.equal(service.output().includes('a-secret-of-the-collector'), false);
    assert.equal(await service.stop(), 0);
  });
});
