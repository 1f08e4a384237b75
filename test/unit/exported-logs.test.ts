import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';

const PROGRAM = fileURLToPath(new URL('./exported-logs.ts', import.meta.url));

it("a log of the tenant goes by OTLP where that is asked for, and Node's own metrics with it", async () => {
  const receiver = await startOtlpReceiver();
  try {
    const env = {
      ...process.env,
      ...receiver.env,
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_SERVICE_NAME: 'hookmint-management',
    };
    const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    const record = receiver.text();
    assert.match(record, /"timeUnixNano":"1767323045678000000"/);
    assert.match(record, /"severityNumber":13,/);
    assert.match(record, /"body":\{"stringValue":"The hook refused it"\}/);
    assert.match(record, /"eventName":"hookmint\.log\.feccft"/);
    for (const [key, value] of [
      ['log.record.uid', '00000000000000000000000000042'],
      ['client_id', 'client'],
      ['trace_id', 'a'.repeat(32)],
    ] as const) {
      assert.ok(record.includes(`{"key":"${key}","value":{"stringValue":"${value}"}}`), key);
    }
    const measured = new Set(receiver.points.map(({ name }) => name));
    for (const name of ['nodejs.eventloop.delay.p99', 'process.memory.usage', 'process.cpu.time']) {
      assert.ok(measured.has(name), name);
    }
  } finally {
    await receiver.close();
  }
});
