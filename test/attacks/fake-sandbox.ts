// A sandbox process that a hook has taken over: it has learned nothing but its channel, and lies there.
import { writeSync } from 'node:fs';
import { ownChannel } from '../../shared/process-wall/channel.ts';

const CHANNEL_DESCRIPTOR = 3;
const channel = ownChannel();
type Run = { id: number; arguments: string };

const FINE = { status: 'ok', result: '{"forged":true}', cpu_ms: 0, wall_ms: 0, console: [] };
const send = (message: object): void => channel.send(message);
const write = (text: string): void => void writeSync(CHANNEL_DESCRIPTOR, text);
const answer = (id: unknown, outcome: unknown): void => send({ outcomes: [{ id, outcome }] });

const LIES: Record<string, (run: Run) => void> = {
  'another id': ({ id }) => {
    for (const other of [id + 1, id - 1, -1, 0, 1e15]) answer(other, FINE);
    answer(id, { ...FINE, result: '{"honest":true}' });
  },
  'the same id twice': ({ id }) => {
    answer(id, { ...FINE, result: '{"honest":true}' });
    answer(id, FINE);
  },
  'an id that is no number': () => answer('1', FINE),
  'no message of the protocol': () => write('"forged"\n'),
  'no JSON': () => write('garbage\n'),
  'an empty line': () => write('\n'),
  "messages of Node's own": ({ id }) => {
    for (const cmd of ['NODE_HANDLE_ACK', 'NODE_HANDLE_NACK']) send({ cmd });
    answer(id, { ...FINE, result: '{"honest":true}' });
  },
  'a handle that is none': ({ id }) => {
    send({ cmd: 'NODE_HANDLE', type: 'net.Socket', msg: {} });
    answer(id, { ...FINE, result: '{"honest":true}' });
  },
  'a line without an end': () => {
    for (;;) write('x'.repeat(1e6));
  },
  'a status that does not exist': ({ id }) => answer(id, { ...FINE, status: 'root' }),
  'a field too many': ({ id }) => answer(id, { ...FINE, access_token: 'forged' }),
  'a negative time': ({ id }) => answer(id, { ...FINE, cpu_ms: -1 }),
  'a result of 50 MB': ({ id }) => answer(id, { ...FINE, result: `{"a":"${'x'.repeat(5e7)}"}` }),
  'a console of 50 MB': ({ id }) => answer(id, { ...FINE, console: [{ level: 'log', text: 'x'.repeat(5e7) }] }),
  'a million empty lines': ({ id }) =>
    answer(id, { ...FINE, console: Array.from({ length: 1e6 }, () => ({ level: 'log', text: '' })) }),
  'an error with more': ({ id }) =>
    answer(id, { ...FINE, status: 'threw', during: 'run', error: { name: 'n', message: 'm', code: 1 } }),
  'a name of 10 MB': ({ id }) =>
    answer(id, { status: 'denied', error: { name: 'n'.repeat(1e7), message: '' }, cpu_ms: 0, wall_ms: 0, console: [] }),
  'polluting keys': ({ id }) =>
    send(
      JSON.parse(
        `{"__proto__":{"polluted":1},"outcomes":[{"id":${String(id)},"__proto__":{"polluted":1},"outcome":{"__proto__":{"polluted":1},"status":"ok","result":"{}","cpu_ms":0,"wall_ms":0,"console":[]}}]}`,
      ) as object,
    ),
  'nothing at all': () => undefined,
  'nothing, its thread kept busy for ever': () => {
    for (;;);
  },
  'its own end': () => process.exit(0),
};

send({ ready: true });
channel.onMessage((raw) => {
  const message = raw as { alive?: true; runs?: Run[] };
  if (message.alive === true) send({ alive: true });
  for (const run of message.runs ?? []) {
    const { lie } = (JSON.parse(run.arguments) as { body: { lie: string } }).body;
    LIES[lie]?.(run);
  }
});
