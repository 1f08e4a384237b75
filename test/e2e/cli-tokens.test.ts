import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { CLI_PROGRAM } from '../support/cli-program.ts';
import { openManagement } from '../support/management.ts';
import { printedLines } from '../support/printed-lines.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const stack = withStack();
const running: ChildProcess[] = [];
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** `hookmint tokens`, and the lines of either output that it prints. */
function tokens(...args: string[]) {
  const { PATH = '', HOME = '' } = process.env;
  const connection = {
    HOOKMINT_URL: stack().url,
    HOOKMINT_CLIENT_ID: stack().managementClientId,
    HOOKMINT_CLIENT_SECRET: stack().managementClientSecret,
  };
  const child = spawn(process.execPath, [...CLI_PROGRAM, 'tokens', ...args], {
    env: { PATH, HOME, ...connection },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const lines = printedLines(exited);
  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', lines.add);
  return { child, lines, exited };
}

const ISSUED =
  /^\S+Z {2}issued {3}Demo M2M client -> https:\/\/api\.example\.com\/ {2}\[read:data extra\] {2}by tutorial {2}\d+ ms$/m;
const REFUSED = /^\S+Z {2}refused {2}.* -> https:\/\/api\.example\.com\/ {2}access_denied: .* \d+ ms$/m;

describe('hookmint tokens', () => {
  it('tells who asked for which token, and what became of it', async () => {
    await requestToken(stack(), {}, { 'x-correlation-id': 'cli-1' });
    await requestToken(stack(), { scope: 'of:nothing' });
    const management = await openManagement(stack());
    await until('both logs', async () => {
      const { body } = await management.call('GET', '/logs?q=audience:"https://api.example.com/"');
      return (body as unknown[]).length === 2;
    });
    const all = tokens();
    assert.equal(await all.exited, 0);
    assert.match(all.lines.text(), ISSUED);
    assert.match(all.lines.text(), REFUSED);

    const one = tokens('--search', 'correlation_id:cli-1', '--json');
    assert.equal(await one.exited, 0);
    const found = JSON.parse(one.lines.text()) as { details: { correlation_id: string } }[];
    assert.deepEqual(
      found.map(({ details }) => details.correlation_id),
      ['cli-1'],
    );
    const wrong = tokens('--count', '0');
    assert.equal(await wrong.exited, 2);
    assert.match(wrong.lines.text(), /--count must be a number from 1 to 100/);
  });

  it('tells it as it happens, until it is stopped', async () => {
    const { child, lines, exited } = tokens('--live', '--search', 'type:seccft');
    await lines.until(/^following requests for tokens/);
    // Who listens hears what is made from then on: the answer's head comes first.
    await requestToken(stack(), { scope: 'of:nothing' });
    await requestToken(stack());
    await lines.until(ISSUED);
    assert.doesNotMatch(lines.text(), REFUSED);
    child.kill('SIGINT');
    assert.equal(await exited, 0);
  });
});
