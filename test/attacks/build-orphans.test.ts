import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { attackClass } from './attack-class.ts';

// In a container whose first process is hookmint, nobody but hookmint reaps what builder processes leave behind.

const BUILDS = fileURLToPath(new URL('./build-orphans.ts', import.meta.url));
const asFirstProcess = (...args: string[]) =>
  spawnSync('unshare', ['--pid', '--fork', '--mount-proc', process.execPath, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
const cannot = asFirstProcess('--version').status === 0 ? false : 'namespaces of processes cannot be made here';

const leaves = attackClass('what builds leave behind');

leaves(
  'builds that end, that are ended and that end by themselves leave no process',
  () => {
    const { stdout, stderr } = asFirstProcess(BUILDS);
    const expected = { ended: ['built', 'build_timed_out', 'build_failed'], left: [] };
    assert.deepEqual(JSON.parse(stdout || 'null'), expected, stderr);
    return Promise.resolve();
  },
  { skip: cannot },
);
