// Started in a sandbox process's place: takes memory and starts threads, as native code would that got out of V8. Bounded, should nobody stop it.
import { dlopen, dlsym } from 'node:ffi';
import { ownChannel } from '../../shared/process-wall/channel.ts';
import { sealIfWalled } from '../../shared/process-wall/seal.ts';

const MAX_BYTES = 4 * 1_073_741_824;
const STEP_BYTES = 32 * 1_048_576;
const MAX_THREADS = 4_000;
const SLEEP_SECONDS = 60n;
/** Most of what a sandbox process may take, and then the tables of pages that are only read: 4 KiB for each 2 MiB. */
const BYTES_BEFORE_TABLES = 1_073_741_824;
const TABLES = 350_000;
const BYTES_OF_TABLE = 2_097_152n;
const [PROT_READ, MAP_PRIVATE_ANONYMOUS_UNRESERVED, MADV_NOHUGEPAGE] = [1, 0x4022, 15];

const { lib, functions } = dlopen(null, {
  pthread_create: { arguments: ['pointer', 'pointer', 'pointer', 'pointer'], return: 'i32' },
  mmap: { arguments: ['i64', 'i64', 'i32', 'i32', 'i32', 'i64'], return: 'i64' },
  madvise: { arguments: ['i64', 'i64', 'i32'], return: 'i32' },
  memchr: { arguments: ['i64', 'i32', 'i64'], return: 'i64' },
});
const sleep = dlsym(lib, 'sleep');

/** Work of the event loop that leaves time to say that it is alive. */
const BUSY_MS = 40;
const BUSY_EVERY_MS = 50;

/** Gives how it ended, if nobody ended it. */
const BOMBS: Record<string, () => Promise<string>> = {
  memory: () => takeMemory(MAX_BYTES),
  'page tables': async () => {
    await takeMemory(BYTES_BEFORE_TABLES);
    const length = BigInt(TABLES) * BYTES_OF_TABLE;
    const start = functions.mmap(0n, length, PROT_READ, MAP_PRIVATE_ANONYMOUS_UNRESERVED, -1, 0n);
    if (start === -1n) return 'refused by the kernel';
    functions.madvise(start, length, MADV_NOHUGEPAGE);
    for (let table = 0; table < TABLES; table++) {
      functions.memchr(start + BigInt(table) * BYTES_OF_TABLE, 1, 1n);
      if (table % 2_000 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return 'taken';
  },
  'CPU time with nothing to do': () => {
    setInterval(() => {
      const untilMs = performance.now() + BUSY_MS;
      while (performance.now() < untilMs);
    }, BUSY_EVERY_MS);
    return Promise.resolve('begun');
  },
  'all the CPU time there is, for ever': () => {
    for (;;);
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

const taken: Buffer[] = [];

async function takeMemory(bytes: number): Promise<string> {
  while (taken.length * STEP_BYTES < bytes) {
    taken.push(Buffer.alloc(STEP_BYTES, 1));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return 'taken';
}

const channel = ownChannel();
await sealIfWalled();
channel.onMessage((message) => {
  if ((message as { alive?: true }).alive === true) channel.send({ alive: true });
  for (const run of (message as { runs?: { id: number; arguments: string }[] }).runs ?? []) {
    const { bomb } = (JSON.parse(run.arguments) as { body: { bomb: string } }).body;
    void BOMBS[bomb]?.().then((how) => {
      const outcome = { status: 'ok', result: JSON.stringify({ how }), cpu_ms: 0, wall_ms: 0, console: [] };
      channel.send({ outcomes: [{ id: run.id, outcome }], over: [run.id] });
    });
  }
});
channel.send({ ready: true });
