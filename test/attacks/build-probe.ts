import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

// Runs in the place of a builder process, and tells what it can do of what it is asked to.

type Probe = { read: string[]; write: string[]; port: number };

const allowed = (attempt: () => unknown): boolean => {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  const { read, write, port } = JSON.parse(line) as Probe;
  const connected = await new Promise<boolean>((resolve) => {
    try {
      connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    } catch {
      resolve(false);
    }
  });
  const result = {
    read: read.filter((file) => allowed(() => readFileSync(file))),
    written: write.filter((file) => allowed(() => writeFileSync(file, 'x'))),
    environment: Object.keys(process.env),
    connected,
    started: allowed(() => spawnSync(process.execPath, ['--version'])),
  };
  process.stdout.write(`${JSON.stringify({ result })}\n`);
}
process.exit();
