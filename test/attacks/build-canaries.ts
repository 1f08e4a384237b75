import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { buildHook } from '../../hook-build/build-hook.ts';
import { HookBuildError } from '../../hook-build/errors.ts';
import { canary } from '../support/canary.ts';

/** A build is over by then, whatever it is given. */
const MAX_BUILD_MS = 60_000;

export type BuildCanaries = {
  /** A file that nobody may read, in the data folder, in the home folder and beside the project. */
  files: string[];
  /** Something to read from without end, or that never answers. */
  fifo: string;
  folder: string;
  cacheDir: string;
  close: () => void;
};

const secret = canary('file-of-the-machine');

/** Whether a text has what is in a file that nobody may read. */
export const holdsCanary = (text: string): boolean => text.includes(secret);

export function plantCanaries(): BuildCanaries {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-build-attacks-'));
  const files = ['data', 'home', 'project'].map((name) => {
    mkdirSync(join(folder, name));
    for (const [file, content] of [
      ['secrets.json', JSON.stringify({ seed: secret })],
      ['secrets.js', `module.exports = '${secret}';`],
      ['secrets.map', JSON.stringify({ version: 3, sources: [secret], names: [secret], mappings: 'AAAAA' })],
      ['package.json', JSON.stringify({ name: secret, main: secret })],
      ['tsconfig.json', JSON.stringify({ compilerOptions: { jsxFactory: secret } })],
    ] as const) {
      writeFileSync(join(folder, name, file), content);
    }
    return join(folder, name, 'secrets.json');
  });
  const fifo = join(folder, 'fifo.json');
  execFileSync('mkfifo', [fifo]);
  const cacheDir = join(folder, 'home', '.cache', 'hookmint');
  return { files, fifo, folder, cacheDir, close: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Builds a hook, or fails to, and looks for the canaries in all that comes of it.
 *
 * @returns The code of the error, or `built`.
 */
export async function buildWithoutCanary(
  code: string,
  dependencies: Record<string, string>,
  { cacheDir, registry }: { cacheDir: string; registry: string },
): Promise<string> {
  const told: string[] = [];
  const startedMs = performance.now();
  const outcome = await buildHook(
    { code, dependencies },
    { cacheDir, registry, report: (line) => told.push(line) },
  ).then(
    (built) => {
      told.push(JSON.stringify(built));
      return 'built';
    },
    (error: unknown) => {
      told.push(inspect(error, { depth: 10 }));
      assert.ok(error instanceof HookBuildError, String(error));
      return error.code;
    },
  );
  assert.ok(!holdsCanary(told.join('\n')), `a file of the machine is in what came of: ${code}`);
  assert.ok(performance.now() - startedMs < MAX_BUILD_MS, `it took too long: ${code}`);
  return outcome;
}
