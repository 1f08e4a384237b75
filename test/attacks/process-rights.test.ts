import '../support/from-sources.ts';
import { hookArguments, noServices, revisionOf } from './sandbox.ts';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSandboxProcess } from '../../services/hook-executor/sandbox-process.ts';

/** What Node's permissions do not govern: a sandbox process that was taken over could signal processes of its own user. */
const KNOWN = ['signal its parent group'];

let found: { refusals: Record<string, string>; env: Record<string, string> };

before(async () => {
  const probe = startSandboxProcess(fileURLToPath(new URL('./rights-probe.ts', import.meta.url)));
  await probe.ready;
  const outcome = await probe.run(revisionOf('probe'), hookArguments(), Date.now() + 5_000, noServices);
  probe.kill();
  assert.ok(outcome?.status === 'ok' && outcome.result !== undefined, JSON.stringify(outcome));
  found = JSON.parse(outcome.result) as typeof found;
});
after(() => {
  const tried = Object.entries(found.refusals);
  const held = tried.filter(([, how]) => how === 'ERR_ACCESS_DENIED');
  process.stdout.write(`attacks: process rights: ${String(tried.length)} tried, ${String(held.length)} held\n`);
});

test('a sandbox process has no environment', () => {
  assert.deepEqual(
    Object.keys(found.env).filter((name) => !name.startsWith('NODE_CHANNEL')),
    [],
  );
});

test('a sandbox process reads, writes, starts, connects and loads nothing', () => {
  const allowed = Object.entries(found.refusals).flatMap(([name, how]) => (how === 'ERR_ACCESS_DENIED' ? [] : [name]));
  assert.deepEqual(allowed, KNOWN, JSON.stringify(found.refusals, null, 1));
  assert.ok(Object.keys(found.refusals).length >= 20);
});
