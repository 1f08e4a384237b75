import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { atTerminal, noTerminal } from '../support/pseudo-terminal.ts';
import { ROOT, temporaryDir } from './launcher-fixtures.ts';

// The first step of every script, in a checkout of its own with an npm that takes its time.

const SLOW_NPM = `const { mkdirSync, writeFileSync } = require('node:fs');
const put = (name) => {
  mkdirSync('node_modules/' + name, { recursive: true });
  writeFileSync('node_modules/' + name + '/package.json', '{}');
};
put('one');
setTimeout(() => put('@scope/two'), 1_500);
`;

/** A checkout in which npm runs such a script; what starts it. */
function checkoutWith(npm: string): { args: string[]; env: Record<string, string> } {
  const folder = temporaryDir();
  mkdirSync(join(folder, 'deploy/local'), { recursive: true });
  cpSync(join(ROOT, 'deploy/local/start.js'), join(folder, 'deploy/local/start.js'));
  const packages = {
    '': {},
    'node_modules/one': {},
    'node_modules/@scope/two': {},
    'node_modules/elsewhere': { optional: true },
  };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'npm.cjs'), npm);
  writeFileSync(join(folder, 'script.js'), "process.stdout.write('it runs\\n'); process.disconnect?.();");
  return {
    args: [join(folder, 'deploy/local/start.js'), join(folder, 'script.js')],
    env: { npm_execpath: join(folder, 'npm.cjs') },
  };
}

describe('installing what is missing', () => {
  it('shows at a terminal how far it is, and leaves nothing of it', { skip: noTerminal }, async () => {
    const { args, env } = checkoutWith(SLOW_NPM);
    const terminal = atTerminal(args, env);
    await terminal.untilShown(/Installing dependencies \(npm ci\): 1 of 2 packages, \d s/);
    assert.equal(await terminal.exited, 0);
    assert.match(terminal.shown(), /\r\u001b\[Kit runs\n$/);
  });

  it('says elsewhere that it does, once', () => {
    const { args, env } = checkoutWith(SLOW_NPM);
    const run = (): { status: number | null; stdout: string; stderr: string } =>
      spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, ...env } });
    const first = run();
    assert.deepEqual(
      [first.status, first.stdout, first.stderr],
      [0, 'it runs\n', 'Installing dependencies (npm ci) ...\n'],
    );
    assert.equal(run().stderr, '');
  });

  it('shows what npm said where it failed, and obeys none of it', () => {
    const { args, env } = checkoutWith("console.error('no such\\u001b[2J package'); process.exit(1);");
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(
      stderr,
      /\nno such\uFFFD\[2J package\n+In \S+ npm could not install dependencies: npm ci failed\. See above\.\n$/,
    );
  });
});
