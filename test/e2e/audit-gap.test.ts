import assert from 'node:assert/strict';
import { it } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { ensureEventsStream, MANAGEMENT_CONSUMER } from '../../shared/bus/streams/events.ts';
import { EVENTS_STREAM } from '../../shared/subjects/events.ts';
import { openManagement } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const stack = withStack({ own: true });

type Warning = { type: string; description: string };
async function warningsInLogs(): Promise<string[]> {
  const management = await openManagement(stack());
  return ((await management.call('GET', '/logs?q=type:w')).body as Warning[]).map(({ description }) => description);
}

async function readiness(): Promise<{ status: string; warnings?: string[] }> {
  const [, port] = /^management .*"port":(\d+).*"listening"/m.exec(stack().output()) ?? [];
  return (await (await fetch(`http://127.0.0.1:${String(port)}/readyz`)).json()) as { status: string };
}

async function untilRead(): Promise<void> {
  const { streams, consumers } = await jetstreamManager(await stack().bus());
  await until('all events are read', async () => {
    const { ack_floor } = await consumers.info(EVENTS_STREAM, MANAGEMENT_CONSUMER);
    return ack_floor.stream_seq === (await streams.info(EVENTS_STREAM)).state.last_seq;
  });
}

it('events that are purged before management has read them are told of, in logs, log and readiness', async () => {
  const { streams } = await jetstreamManager(await stack().bus());
  assert.equal((await requestToken(stack())).status, 200);
  await untilRead();
  assert.deepEqual([await warningsInLogs(), (await readiness()).warnings], [[], undefined]);
  await untilRead();
  const [pid = 0] = stack().pidsOf('management');
  const { last_seq: read } = (await streams.info(EVENTS_STREAM)).state;
  process.kill(pid, 'SIGSTOP');
  try {
    for (let n = 0; n < 3; n++) {
      assert.equal((await requestToken(stack())).status, 200);
      await until(
        'the event is stored',
        async () => (await streams.info(EVENTS_STREAM)).state.last_seq === read + n + 1,
      );
    }
    await streams.purge(EVENTS_STREAM);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  assert.equal((await requestToken(stack())).status, 200);
  // One may have been on its way to management already.
  const told = new RegExp(
    `Messages (?:${String(read + 1)}|${String(read + 2)}) to ${String(read + 3)} of the audit events, from 2\\S+Z to 2\\S+Z, were removed before they became logs`,
  );
  await stack().untilPrinted(told);
  await until('a log tells of it', async () => (await warningsInLogs()).length === 1);
  assert.match((await warningsInLogs())[0] ?? '', told);
  const { status, warnings } = await readiness();
  assert.equal(status, 'ready');
  assert.match(warnings?.[0] ?? '', told);
});

it('a consumer that was taken away and made anew is told of', async () => {
  const bus = await stack().bus();
  await untilRead();
  await (await jetstreamManager(bus)).consumers.delete(EVENTS_STREAM, MANAGEMENT_CONSUMER);
  await ensureEventsStream(bus);
  assert.equal((await requestToken(stack())).status, 200);
  await stack().untilPrinted(/The stream of audit events, or its consumer, was created again/);
  await until('a log tells of it', async () => (await warningsInLogs()).some((text) => text.includes('created again')));
});
