import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FaultGroup, World } from './fault.ts';
import { report, runFault } from './run-fault.ts';

/** A test for each fault of a group, in its short form, on one stack. */
export function testGroup<W extends World>({ open, faults }: FaultGroup<W>): void {
  let world: W | undefined;
  before(async () => {
    world = await open();
  });
  after(() => world?.stop());

  for (const fault of faults) {
    test(`${fault.name}: nothing lost, no token without its hook's claims, healed in time`, async () => {
      assert.ok(world !== undefined);
      const outcome = await runFault(fault, world, 'short');
      report(outcome);
      assert.deepEqual(outcome.violations, []);
    });
  }
}
