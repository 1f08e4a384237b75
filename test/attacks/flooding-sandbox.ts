// A sandbox process that a hook has taken over: what it sends is there to cost its executor time and memory.
import { writeSync } from 'node:fs';
import { ownChannel } from '../../shared/process-wall/channel.ts';

const CHANNEL_DESCRIPTOR = 3;
/** Below the most that a message may have. */
const MESSAGE_CHARACTERS = 23 * 1_048_576;
const channel = ownChannel();

/** Blocks as long as the executor does not read. */
function write(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

/** A list as long as a message may be. */
const listOf = (item: string): string => `[${`${item},`.repeat(MESSAGE_CHARACTERS / (item.length + 1))}${item}]`;
const forever = (text: string): void => {
  for (;;) write(CHANNEL_DESCRIPTOR, text);
};
const say = (text: string): void => write(CHANNEL_DESCRIPTOR, `${text}\n`);

const FLOODS: Record<string, (run: number) => void> = {
  'a list of what it must not hold': () => say(`{"over":${listOf('{}')}}`),
  'a list of calls': () => say(`{"calls":${listOf('{"run":0,"call":0,"kind":"http","request":""}')}}`),
  'a list of outcomes': () => say(`{"outcomes":${listOf('{"id":0}')}}`),
  'a list of numbers': () => say(`{"over":${listOf('0')}}`),
  'lists in lists': () => say(`{"x":${'['.repeat(MESSAGE_CHARACTERS / 2)}${']'.repeat(MESSAGE_CHARACTERS / 2)}}`),
  'messages with more in them': () => forever(`{"x":${listOf('[]')}}\n`),
  'a console of nothing': (run) =>
    say(
      `{"outcomes":[{"id":${String(run)},"outcome":{"status":"ok","console":${listOf('0')},"cpu_ms":0,"wall_ms":0}}]}`,
    ),
  'calls whose answers it does not read': () =>
    forever(
      `{"calls":[${'{"run":0,"call":0,"kind":"http","request":""},'.repeat(15)}{"run":0,"call":0,"kind":"http","request":""}]}\n`,
    ),
  'empty messages': () => forever('{}\n'.repeat(20_000)),
  'words on its standard output': () => {
    for (;;) write(1, 'x'.repeat(65_536));
  },
  'half a line for ever': () => {
    write(CHANNEL_DESCRIPTOR, '{"x":"');
    for (;;) write(CHANNEL_DESCRIPTOR, '\u{1f600}');
  },
};

channel.onMessage((raw) => {
  const message = raw as { alive?: true; runs?: { id: number; arguments: string }[] };
  if (message.alive === true) channel.send({ alive: true });
  for (const run of message.runs ?? []) {
    const { flood } = (JSON.parse(run.arguments) as { body: { flood: string } }).body;
    FLOODS[flood]?.(run.id);
  }
});
channel.send({ ready: true });
