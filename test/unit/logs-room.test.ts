import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { roomOf } from '../../services/management/logs/logs-room.ts';

const MIB = 1_048_576;
const GIB = 1_024 * MIB;
const size = (bytes: number, fileBytes = bytes) => ({ bytes, fileBytes, count: 1_000 });
const SET = { maxBytes: 4 * GIB, reserveBytes: 512 * MIB };

describe('the room that logs have', () => {
  it('is what is set where the disk has more, and where it is unknown', () => {
    for (const disk of [{ totalBytes: 10 * GIB, freeBytes: 8 * GIB }, undefined]) {
      const { maxBytes, mayAdd, isShort, because } = roomOf(size(GIB), disk, SET);
      assert.deepEqual({ maxBytes, mayAdd, isShort }, { maxBytes: 4 * GIB, mayAdd: true, isShort: false });
      assert.match(because, /1024 MiB of the 4096 MiB that HOOKMINT_LOG_MAX_MIB/);
    }
  });

  it('ends where the reserve begins', () => {
    const { maxBytes, isShort, because } = roomOf(size(GIB), { totalBytes: 3 * GIB, freeBytes: 768 * MIB }, SET);
    assert.deepEqual({ maxBytes, isShort }, { maxBytes: GIB + 256 * MIB, isShort: true });
    assert.match(because, /768 MiB free, and 512 MiB are for the configuration/);
  });

  it('is what their files have once others have taken the rest: nothing is gained by less', () => {
    const { maxBytes, mayAdd } = roomOf(size(GIB), { totalBytes: 10 * GIB, freeBytes: 300 * MIB }, SET);
    assert.deepEqual({ maxBytes, mayAdd }, { maxBytes: GIB * 0.95, mayAdd: true });
  });

  it('is none in the last of the reserve, unless the files have some, and none at all in the last of that', () => {
    const may = (freeMib: number, usedMib: number): boolean =>
      roomOf(size(usedMib * MIB, GIB), { totalBytes: 10 * GIB, freeBytes: freeMib * MIB }, SET).mayAdd;
    assert.deepEqual([may(256, 1_020), may(255, 1_020), may(255, 900), may(127, 900)], [true, false, true, false]);
  });

  it('leaves of a small disk a fifth', () => {
    const { reserveBytes, maxBytes } = roomOf(size(MIB), { totalBytes: 300 * MIB, freeBytes: 260 * MIB }, SET);
    assert.deepEqual([reserveBytes, maxBytes], [60 * MIB, 201 * MIB]);
  });
});
