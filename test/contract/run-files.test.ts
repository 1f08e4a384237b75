import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { until } from '../support/until.ts';

const RUN_FILES = new URL('../support/run-files.ts', import.meta.url).href;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hookmint-run-files-'));
after(() => rmSync(folder, { recursive: true, force: true }));

it('a file of tests that does not come to its end is ended, with what it has started, and has failed', async () => {
  const pidFile = join(folder, 'pid');
  const file = join(folder, 'hangs.test.mjs');
  writeFileSync(
    file,
    `import { spawn } from 'node:child_process';
     import { writeFileSync } from 'node:fs';
     const { pid } = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
     writeFileSync(${JSON.stringify(pidFile)}, String(pid));
     for (;;);`,
  );
  const program = join(folder, 'run.mjs');
  writeFileSync(
    program,
    `
    const { runFiles } = await import(${JSON.stringify(RUN_FILES)});
    const options = { reportFile: ${JSON.stringify(join(folder, 'report'))}, interrupted: new AbortController().signal, maxFileMs: 3_000 };
    const { passed, failed } = await runFiles([${JSON.stringify(file)}], 1, options);
    process.stdout.write(JSON.stringify({ passed, failed: failed.length }) + '\\n');`,
  );
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const ran = spawnSync(process.execPath, [program], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.deepEqual(JSON.parse(ran.stdout.trimEnd().split('\n').at(-1) ?? ''), { passed: false, failed: 1 }, ran.stdout);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await until('what it has started is gone', () => {
    try {
      return readFileSync(`/proc/${String(pid)}/stat`, 'utf8').includes(') Z ');
    } catch {
      return true;
    }
  });
});
