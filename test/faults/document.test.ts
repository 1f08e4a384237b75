import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeFaults, figures, partOf } from './document.ts';
import { groups } from './groups.ts';

const faults = groups.flatMap((group) => group.faults);
const MAX_HEAL_SECONDS = 5;

describe('docs/reliability.md', () => {
  it('tells of every fault what it is and what was allowed (npm run reliability writes it)', () => {
    assert.equal(partOf('faults'), describeFaults(groups));
  });

  it('has the figures of every fault, and of nothing else', () => {
    assert.equal(new Set(faults.map(({ name }) => name)).size, faults.length);
    assert.deepEqual(
      figures().map(({ Fault }) => Fault),
      faults.map(({ name }) => name),
    );
  });

  it('has none lost, none unmodified, and all healed in time', () => {
    for (const { Fault = '', ...row } of figures()) {
      assert.ok(Number(row.Issued) > 0, Fault);
      assert.equal(row.Unmodified, '0', Fault);
      if (faults.find(({ name }) => name === Fault)?.mayLose !== true) assert.equal(row.Lost, '0', Fault);
      assert.ok(Number(/^([\d.]+) s$/.exec(row['Healed in'] ?? '')?.[1]) <= MAX_HEAL_SECONDS, Fault);
    }
  });
});
