import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeFaults, figures, partOf, tablesOf } from './document.ts';
import { groups } from './groups.ts';

const faults = groups.flatMap((group) => group.faults);
const MAX_HEAL_SECONDS = 5;

describe('docs/reliability.md', () => {
  it('tells of every fault what it is and what was allowed (npm run reliability writes it)', () => {
    assert.equal(partOf('faults'), describeFaults(groups));
  });

  for (const { part, groups: those } of tablesOf(groups)) {
    const told = those.flatMap((group) => group.faults);

    it(`has the figures of every fault, and of nothing else: ${part}`, () => {
      assert.equal(new Set(faults.map(({ name }) => name)).size, faults.length);
      assert.deepEqual(
        figures(part).map(({ Fault }) => Fault),
        told.map(({ name }) => name),
      );
    });

    it(`has none lost, none unmodified, and all healed in time: ${part}`, () => {
      for (const { Fault = '', ...row } of figures(part)) {
        assert.ok(Number(row.Issued) > 0, Fault);
        assert.equal(row.Unmodified, '0', Fault);
        if (told.find(({ name }) => name === Fault)?.mayLose !== true) assert.equal(row.Lost, '0', Fault);
        assert.ok(Number(/^([\d.]+) s$/.exec(row['Healed in'] ?? '')?.[1]) <= MAX_HEAL_SECONDS, Fault);
      }
    });
  }

  it('has no assertion that was accepted twice, no token by an unpublished key, and no change that was lost', () => {
    for (const { Fault = '', ...row } of figures('figures of the cluster')) {
      assert.deepEqual([row['Accepted twice'], row['Key not published'], row['Changes lost']], ['0', '0', '0'], Fault);
      assert.ok(Number(row.Assertions) > 0 && Number(row.Changes) > 0, Fault);
    }
  });
});
