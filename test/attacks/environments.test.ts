import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';
import { secretsOf } from './management-fixtures.ts';

// What whoever can read one file of a process finds: its environment as it was started with, and the data folder's modes.

const stack = withStack();
const read = attackClass('environments and files of the processes');
const PROCESSES = ['gateway', 'hook-executor', 'sandbox', 'management', 'signer', 'nats-server', 'mongod'] as const;

/** Every text in secrets.json that is no id. */
function texts(value: unknown, name = ''): string[] {
  if (typeof value === 'string') return name.endsWith('_id') ? [] : [value];
  return Object.entries(value as object).flatMap(([key, member]) => texts(member, key));
}

read('no environment of a process has a secret', () => {
  if (!existsSync('/proc/self/environ')) {
    process.stdout.write('environments: not looked at, there is no /proc on this machine\n');
    return Promise.resolve();
  }
  const secrets = texts(secretsOf(stack()));
  assert.ok(secrets.length >= 12);
  for (const name of PROCESSES) {
    const pids = stack().pidsOf(name);
    assert.ok(pids.length > 0, name);
    for (const pid of pids) {
      const environment = readFileSync(`/proc/${String(pid)}/environ`, 'utf8');
      const commandLine = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8');
      for (const secret of secrets) assert.ok(!`${environment}${commandLine}`.includes(secret), name);
    }
  }
  return Promise.resolve();
});

read('the files that services were given their secrets in are gone', () => {
  assert.deepEqual(readdirSync(join(stack().dataDir, 'service-secrets')), []);
  return Promise.resolve();
});

read('the files that the launcher keeps are for their owner alone', () => {
  for (const name of ['secrets.json', 'pids', 'launcher.pid', 'service-secrets']) {
    assert.equal(statSync(join(stack().dataDir, name)).mode & 0o077, 0, name);
  }
  return Promise.resolve();
});
