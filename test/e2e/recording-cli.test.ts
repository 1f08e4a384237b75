import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { openManagement } from '../support/management.ts';
import { runCli } from '../support/run-cli.ts';
import { withStack } from '../support/with-stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'hookmint-recording-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const stack = withStack({ hook: null });

const recording = (...args: string[]) => runCli(stack(), folder, ['recording', ...args]);

async function settings(): Promise<Record<string, unknown> | undefined> {
  const { body } = await (await openManagement(stack())).call('GET', '/tenants/settings');
  return (body as { recording?: Record<string, unknown> }).recording;
}

it('recording is switched on and off, and what is not given stays as it is', async () => {
  const none = await recording();
  assert.deepEqual([none.code, none.stdout], [0, 'Nothing is recorded.\n0 recordings, 0 KiB\n'], none.stderr);
  assert.match((await recording('on')).stderr, /Say with --percent/);
  const on = await recording('on', '--percent', '12.5', '--redact-body', 'a', '--redact-body', 'b', '--max-mib', '8');
  assert.equal(on.code, 0, on.stderr);
  assert.match(
    on.stdout,
    /^12\.5 % of the requests .* up to 8 MiB and 72 hours\nredacted: credentials, body a, body b\n/,
  );
  await recording('off');
  assert.equal((await settings())?.percent, 0);
  await recording('on', '--percent', '1');
  assert.deepEqual(await settings(), {
    percent: 1,
    max_mib: 8,
    max_hours: 72,
    redact_body: ['a', 'b'],
    redact_metadata: [],
    redact_claims: [],
  });
});

it('its settings are in an export, and apply brings them back', async () => {
  await recording('on', '--percent', '5', '--redact-metadata', 'email');
  const before = await settings();
  assert.equal((await runCli(stack(), folder, ['export', join(folder, 'files')])).code, 0);
  const file = JSON.parse(readFileSync(join(folder, 'files', 'tenant.json'), 'utf8')) as { recording: unknown };
  assert.deepEqual(file.recording, before);
  await recording('off');
  assert.equal((await runCli(stack(), folder, ['diff', join(folder, 'files')])).code, 1);
  const applied = await runCli(stack(), folder, ['apply', join(folder, 'files')]);
  assert.equal(applied.code, 0, applied.stdout + applied.stderr);
  assert.deepEqual(await settings(), before);
});

it('what it cannot do is said, and nothing is changed', async () => {
  const before = await settings();
  for (const args of [
    ['delete', 'all'],
    ['show'],
    ['sometimes'],
    ['off', '--percent', '5'],
    ['on', '--percent', 'many'],
    ['on', '--percent', '5', '--client', 'a'],
  ]) {
    const { code, stderr } = await recording(...args);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
  }
  assert.deepEqual(await settings(), before);
});
