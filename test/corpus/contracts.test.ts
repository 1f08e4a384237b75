import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

// Code as it is written for other systems, each with the token that it makes: `hookmint hook test` runs it as a hook-executor does.

const CLI = join(import.meta.dirname, '../../cli/hookmint.js');
const CONTRACTS = join(import.meta.dirname, 'contracts');
const RUN_MS = 120_000;

describe('code of other systems is run by its contract', () => {
  for (const contract of readdirSync(CONTRACTS, { withFileTypes: true }).filter((one) => one.isDirectory())) {
    it(contract.name, { timeout: RUN_MS }, async () => {
      const folder = join(CONTRACTS, contract.name);
      const cases = readdirSync(folder).filter((file) => file.endsWith('.case.json'));
      const ran = await promisify(execFile)(process.execPath, [CLI, 'hook', 'test', folder]).catch(
        (error: unknown) => error,
      );
      const { stdout } = ran as { stdout: string };
      assert.match(stdout, new RegExp(`^${String(cases.length)} passed, 0 failed$`, 'm'), stdout);
    });
  }
});
