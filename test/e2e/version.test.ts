import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withStack } from '../support/with-stack.ts';

const fileOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const { version } = JSON.parse(readFileSync(fileOf('package.json'), 'utf8')) as { version: string };
const stack = withStack({ hook: null });

it('the CLI and every service tell one version', async () => {
  const { stdout } = spawnSync(process.execPath, [fileOf('cli/hookmint.js'), '--version'], { encoding: 'utf8' });
  assert.equal(stdout, `hookmint ${version}\n`);
  const told = async (path: string) => (await (await fetch(`${stack().url}${path}`)).json()) as Record<string, unknown>;
  assert.deepEqual(await told('/healthz'), { status: 'ok', version });
  assert.deepEqual(await told('/readyz'), { status: 'ready', version });
  assert.equal(((await told('/openapi.json')).info as Record<string, unknown>).version, version);
});
