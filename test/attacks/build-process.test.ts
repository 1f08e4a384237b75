import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Builder } from '../../hook-build/process/builder.ts';
import { attackClass } from './attack-class.ts';
import { plantCanaries } from './build-canaries.ts';

// From inside a builder process: what it can open, write, reach and start.

const PROBE = fileURLToPath(new URL('./build-probe.ts', import.meta.url));
const TIMEOUT_MS = 20_000;

const Told = z.object({
  read: z.array(z.string()),
  written: z.array(z.string()),
  environment: z.array(z.string()),
  connected: z.boolean(),
  started: z.boolean(),
});

const canaries = plantCanaries();
const packages = join(canaries.folder, 'cache');
mkdirSync(packages);
const server = createServer((socket) => socket.end());
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => {
  server.close();
  canaries.close();
});

const probe = {
  read: [
    ...canaries.files,
    canaries.fifo,
    join(homedir(), '.npmrc'),
    '/etc/passwd',
    '/proc/self/environ',
    '/proc/1/environ',
  ],
  write: [join(canaries.folder, 'planted'), join(packages, 'planted'), '/tmp/hookmint-planted'],
  port: (server.address() as AddressInfo).port,
};

async function ask(network: boolean): Promise<z.infer<typeof Told>> {
  const builder = new Builder(PROBE, { network, packages });
  try {
    return await builder.ask(probe, Told, TIMEOUT_MS);
  } finally {
    builder.end();
  }
}

const inside = attackClass('a builder process that is taken over');

inside('one that bundles reads no file of the machine, writes none, and reaches nobody', async () => {
  const { started, ...told } = await ask(false);
  assert.deepEqual(told, { read: [], written: [], environment: [], connected: false });
  assert.equal(started, true, 'it starts the bundler');
});

inside('one that fetches reads no file of the machine, writes to the cache alone, and starts nothing', async () => {
  assert.deepEqual(await ask(true), {
    read: [],
    written: [join(packages, 'planted')],
    environment: [],
    connected: true,
    started: false,
  });
});

inside('one that never answers is ended', async () => {
  const builder = new Builder(PROBE, { network: true, packages });
  const asked = builder.ask({ read: [], write: [], port: 'none' }, z.never(), 500);
  await assert.rejects(asked, (error: { code?: string }) => /^build_(?:timed_out|failed)$/.test(error.code ?? ''));
  assert.equal(builder.lives, false);
});
