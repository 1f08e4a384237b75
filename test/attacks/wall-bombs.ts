// Started in a sandbox process's place: takes memory and starts threads, as native code would that got out of V8. Bounded, should nobody stop it.
import { dlopen, dlsym } from 'node:ffi';
import { ownChannel } from '../../shared/process-wall/channel.ts';
import { sealIfWalled } from '../../shared/process-wall/seal.ts';

const MAX_BYTES = 4 * 1_073_741_824;
const STEP_BYTES = 32 * 1_048_576;
const MAX_THREADS = 4_000;
const SLEEP_SECONDS = 60n;

const { lib, functions } = dlopen(null, {
  pthread_create: { arguments: ['pointer', 'pointer', 'pointer', 'pointer'], return: 'i32' },
});
const sleep = dlsym(lib, 'sleep');

/** Gives how it ended, if nobody ended it. */
const BOMBS: Record<string, () => Promise<string>> = {
  memory: async () => {
    const taken: Buffer[] = [];
    while (taken.length * STEP_BYTES < MAX_BYTES) {
      taken.push(Buffer.alloc(STEP_BYTES, 1));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return 'taken';
  },
  threads: async () => {
    for (let started = 0; started < MAX_THREADS; started++) {
      const error = functions.pthread_create(new ArrayBuffer(8), null, sleep, SLEEP_SECONDS);
      if (error !== 0) return 'refused by the kernel';
      if (started % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return 'taken';
  },
};

const channel = ownChannel();
await sealIfWalled();
channel.onMessage((message) => {
  for (const run of (message as { runs?: { id: number; arguments: string }[] }).runs ?? []) {
    const { bomb } = (JSON.parse(run.arguments) as { body: { bomb: string } }).body;
    void BOMBS[bomb]?.().then((how) => {
      const outcome = { status: 'ok', result: JSON.stringify({ how }), cpu_ms: 0, wall_ms: 0, console: [] };
      channel.send({ outcomes: [{ id: run.id, outcome }] });
    });
  }
});
channel.send({ ready: true });
