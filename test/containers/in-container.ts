// Runs in a container of one of the images: says what the container's runtime has taken from it, and whether hooks run behind the wall.
import { readFileSync, writeFileSync } from 'node:fs';
import { chooseWall } from '../../shared/process-wall/wall.ts';
import { openSandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startSandboxProcess } from '../../services/hook-executor/sandbox-process.ts';
import { hook, hookArguments, revisionOf } from '../attacks/sandbox.ts';

const WALL_MS = 20_000;

function mayWrite(path: string): boolean {
  try {
    writeFileSync(path, '');
    return true;
  } catch {
    return false;
  }
}

const status = readFileSync('/proc/self/status', 'utf8');
const statusOf = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
const wall = await chooseWall('require');
const pool = await openSandboxPool(1, () => startSandboxProcess(undefined, wall));
const revision = revisionOf(hook('cb(null, { fine: true });'), { wall_ms: WALL_MS });
const outcome = await pool.run(revision, hookArguments(), Date.now() + WALL_MS);
pool.close();
const found = {
  wall: wall.name,
  hook: outcome.status,
  uid: process.getuid?.(),
  capabilities: Number(`0x${statusOf('CapEff')}`),
  noNewPrivileges: statusOf('NoNewPrivs') === '1',
  writes: ['/app/x', '/usr/local/bin/x', '/x'].filter(mayWrite),
};
process.stdout.write(JSON.stringify(found));
