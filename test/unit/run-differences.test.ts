import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_DIFFERENCE_GROUPS, MAX_RUN_DIFFERENCES, type RunDifference } from '../../shared/domain/run-difference.ts';
import { createDifferenceGroups } from '../../shared/hook-result/difference-groups.ts';
import { differencesOfRuns, type JudgedRun } from '../../shared/hook-result/differences-of-runs.ts';
import { slower } from '../../shared/hook-result/slower.ts';
import { bucketOf } from '../../shared/duration-buckets.ts';

const issued = (claims: Record<string, unknown>, more: Partial<JudgedRun> = {}): JudgedRun => ({
  token: { scope: ['a'], claims },
  scope_changes: { removed: [], added: [] },
  dropped: [],
  answer: null,
  outcome: { status: 'ok' },
  ...more,
});
const refused = (outcome: JudgedRun['outcome']): JudgedRun => ({
  ...issued({}),
  token: null,
  answer: { status: 500, error: 'server_error', error_description: 'The hook failed' },
  outcome,
});
const threw = (message: string) => refused({ status: 'threw', error: { name: 'Error', message } });

describe('differences of two runs', () => {
  it('are none where a client would notice none', () => {
    assert.deepEqual(differencesOfRuns(issued({ a: { b: [1] } }), issued({ a: { b: [1] } })), []);
    assert.deepEqual(differencesOfRuns(threw('x'), threw('x')), []);
  });

  it('are of claims by their own names, whatever these are', () => {
    const claims = JSON.parse('{"__proto__": 1, "constructor": 2}') as Record<string, unknown>;
    assert.deepEqual(differencesOfRuns(issued({}), issued(claims)), [
      { kind: 'claim_added', what: '__proto__', after: '1' },
      { kind: 'claim_added', what: 'constructor', after: '2' },
    ]);
  });

  it('tell a decision from a failure, and what was refused before from what is now', () => {
    const denied = refused({ status: 'denied', error: { name: 'Error', message: 'no' } });
    assert.deepEqual(differencesOfRuns(issued({}), denied), [{ kind: 'denied', what: 'Error: no' }]);
    assert.deepEqual(differencesOfRuns(issued({}), threw('x')), [{ kind: 'failed', what: 'Error: x' }]);
    const timedOut = refused({ status: 'timed_out', limit: 'cpu' });
    assert.deepEqual(differencesOfRuns(issued({}), timedOut), [{ kind: 'failed', what: 'timed_out: cpu' }]);
    assert.deepEqual(differencesOfRuns(denied, issued({})), [{ kind: 'issued', what: 'Error: no' }]);
    assert.deepEqual(differencesOfRuns(threw('x'), threw('y')), [
      { kind: 'refused_otherwise', what: 'Error: y', before: 'Error: x', after: 'Error: y' },
    ]);
    const tooLarge = refused({ status: 'ok' });
    assert.deepEqual(differencesOfRuns(issued({}), tooLarge), [{ kind: 'failed', what: 'The hook failed' }]);
  });

  it('have texts of a bounded length', () => {
    const [difference] = differencesOfRuns(issued({}), issued({ ['x'.repeat(500)]: 'y'.repeat(500) }));
    assert.deepEqual([difference?.what.length, difference?.after?.length], [201, 201]);
  });
});

describe('groups of differences', () => {
  const request = (client_id: string) => ({ id: 'id', date: '2026-01-01T00:00:00.000Z', client_id, audience: 'api' });
  const failed = (what: string): RunDifference => ({ kind: 'failed', what });

  it('have the requests, the clients, the most frequent first, and examples of different ones', () => {
    const groups = createDifferenceGroups();
    for (const client of ['a', 'b', 'b', 'b', 'c', 'd', 'a']) groups.add(request(client), [failed('x')]);
    const [group] = groups.told().groups;
    assert.equal(group?.requests, 7);
    assert.deepEqual(group.clients.slice(0, 2), [
      { client_id: 'b', requests: 3 },
      { client_id: 'a', requests: 2 },
    ]);
    assert.deepEqual(
      group.examples.map(({ client_id }) => client_id),
      ['a', 'b', 'c'],
    );
  });

  it('are so many at most, and the others are counted', () => {
    const groups = createDifferenceGroups();
    for (let n = 0; n < MAX_DIFFERENCE_GROUPS + 7; n++) groups.add(request('a'), [failed(String(n))]);
    const { groups: told, others } = groups.told();
    assert.deepEqual([told.length, others], [MAX_DIFFERENCE_GROUPS, 7]);
  });

  it('are of so many differences of a request, and the others are counted', () => {
    const groups = createDifferenceGroups();
    const many = Array.from({ length: MAX_RUN_DIFFERENCES + 7 }, () => failed('x'));
    groups.add(request('a'), many);
    const { groups: told, others } = groups.told();
    assert.deepEqual([told[0]?.requests, others], [MAX_RUN_DIFFERENCES, 7]);
  });

  it('of several are together what one would have', () => {
    const [one, other, both] = [createDifferenceGroups(), createDifferenceGroups(), createDifferenceGroups()];
    one.add(request('a'), [failed('x')]);
    other.add(request('a'), [failed('x'), failed('y')]);
    both.merge(one.told());
    both.merge(other.told());
    assert.deepEqual(
      both.told().groups.map(({ what, requests, clients }) => [what, requests, clients]),
      [
        ['x', 2, [{ client_id: 'a', requests: 2 }]],
        ['y', 1, [{ client_id: 'a', requests: 1 }]],
      ],
    );
  });
});

describe('runs that take longer', () => {
  const took = (runs: number, ms: number) => ({ [String(bucketOf(ms))]: runs });

  it('are told of when all of them take three times as long, and 50 ms more', () => {
    assert.equal(slower(took(200, 10), took(200, 100))?.kind, 'slower');
    assert.equal(slower(took(200, 1), took(200, 20)), undefined);
    assert.equal(slower(took(200, 100), took(200, 200)), undefined);
    assert.equal(slower(took(4, 10), took(4, 1_000)), undefined);
  });

  it('are not by one that was slow, unless of many', () => {
    assert.equal(slower(took(20, 10), { ...took(19, 10), ...took(1, 1_000) }), undefined);
    assert.equal(slower(took(200, 10), { ...took(190, 10), ...took(10, 1_000) })?.kind, 'slower');
  });
});
