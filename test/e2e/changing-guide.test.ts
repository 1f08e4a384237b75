import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DEFAULT_GRADUAL_BOUNDS } from '../../shared/domain/gradual-deployment.ts';
import { DEFAULT_MANAGEMENT_LIMIT } from '../support/stack.ts';
import { withStack } from '../support/with-stack.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const guide = readFileSync(join(ROOT, 'docs', 'changing-hooks.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'hookmint-changing-'));
after(() => rmSync(folder, { recursive: true }));

const stack = withStack({ hook: null, env: DEFAULT_MANAGEMENT_LIMIT });

type Step = { command: string; output: string };

/** What a reader types and sees: a command begins with `$ `, and goes on to the end of its here-document. */
const steps: Step[] = [...guide.matchAll(/^```console\n([^]*?)^```$/gm)].flatMap(([, block = '']) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const end = step.includes("<<'EOF'") ? step.lastIndexOf('EOF\n') + 'EOF\n'.length : step.indexOf('\n') + 1;
      return { command: step.slice(0, end).trimEnd(), output: step.slice(end).trimEnd() };
    }),
);

it('the guide to changing hooks can be followed as it is written', { timeout: 600_000 }, async () => {
  const { url, managementClientId, managementClientSecret } = stack();
  const cli = join(ROOT, 'cli', 'hookmint.js');
  const script = steps
    .map(({ command }, n) => {
      const typed = command.replace(/^npx hookmint /, `"${process.execPath}" "${cli}" `);
      return `${typed}\nprintf '\\n@@${String(n)} %s@@\\n' $?`;
    })
    .join('\n');
  const { PATH = '', HOME = '' } = process.env;
  const connection = {
    HOOKMINT_URL: url,
    HOOKMINT_CLIENT_ID: managementClientId,
    HOOKMINT_CLIENT_SECRET: managementClientSecret,
  };
  const env = { PATH, HOME, ...connection };
  const shell = spawn('bash', ['-s'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  shell.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  shell.stdin.end(script);
  await new Promise((resolve) => shell.once('close', resolve));
  const parts = text.split(/\n@@\d+ (\d+)@@\n/);
  assert(steps.length >= 11);
  for (const [n, { command, output }] of steps.entries()) {
    const told = (parts[2 * n] ?? '').trimEnd();
    assert.equal(parts[2 * n + 1], '0', `${command}\n${told}`);
    const expected = output
      .split('…')
      .map((part) => RegExp.escape(part))
      .join('[^]*');
    assert(new RegExp(`^${expected}$`).test(told), `${command}\nexpected\n${output}\ngot\n${told}`);
  }
});

it('the guide has each bound with its default', () => {
  for (const [name, byDefault] of Object.entries(DEFAULT_GRADUAL_BOUNDS)) {
    assert.match(guide, new RegExp(`\\| \`${name}\` +\\| +${String(byDefault)} \\|`), name);
  }
});
