import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gradually } from '../../cli/hook/gradual-options.ts';
import { createRecentRuns } from '../../services/gateway/gradual/recent-runs.ts';
import { sideOf } from '../../services/gateway/gradual/side-of.ts';
import { breachOf } from '../../services/management/gradual/breach-of.ts';
import { bucketOf } from '../../shared/duration-buckets.ts';
import {
  DEFAULT_GRADUAL_BOUNDS,
  NO_RUNS,
  type GradualDeployment,
  type GradualRuns,
} from '../../shared/domain/gradual-deployment.ts';
import { deployed, endedGradual, keptRevisions, withDraft, withRevision } from '../../shared/domain/hook-history.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { Hook, MAX_HISTORY_REVISIONS } from '../../shared/domain/hook.ts';
import { NOT_RUN } from '../../shared/domain/hook-outcome.ts';

const CLIENTS = Array.from({ length: 10_000 }, (_, n) => `client-${String(n)}`);
const shaped = (hook: string, percent: number, client_ids: string[] = []): string[] =>
  CLIENTS.filter((client) => sideOf(hook, { percent, client_ids }, client) !== 'deployed');

describe('the share of a gradual deployment', () => {
  it('is about as large as it says, and holds who was in a smaller one', () => {
    let before: string[] = [];
    for (const percent of [0, 1, 5, 10, 50, 99, 100]) {
      const now = shaped('hook', percent);
      assert(Math.abs(now.length / 100 - percent) < 2, String(now.length));
      const all = new Set(now);
      assert(before.every((client) => all.has(client)));
      before = now;
    }
    assert.equal(before.length, CLIENTS.length);
    assert.deepEqual(shaped('hook', 0), []);
  });

  it('begins with other clients for another hook', () => {
    const one = new Set(shaped('hook', 10));
    const both = shaped('another', 10).filter((client) => one.has(client));
    assert(both.length < 200, String(both.length));
  });

  it('has clients that are named, whatever is in their names', () => {
    for (const name of ['__proto__', 'constructor', '', '\0', '\u{1F600}', 'a'.repeat(128)]) {
      assert.equal(sideOf('hook', { percent: 0, client_ids: [name] }, name), 'client');
      assert.equal(sideOf('hook', { percent: 0, client_ids: [] }, name), 'deployed');
      assert.equal(sideOf('hook', { percent: 100, client_ids: [] }, name), 'percent');
    }
  });
});

const runs = (given: Partial<Omit<GradualRuns, 'durations'>>, ms = 1): GradualRuns => {
  const counted = { ...NO_RUNS, runs: 100, ...given };
  return { ...counted, durations: { [String(bucketOf(ms))]: counted.runs } };
};
const breach = (deployedRuns: GradualRuns, gradual: GradualRuns): string | undefined =>
  breachOf(DEFAULT_GRADUAL_BOUNDS, { deployed: deployedRuns, gradual })?.breach;

describe('the bounds of a gradual deployment', () => {
  it('are crossed by what the deployed revision does not do', () => {
    assert.equal(breach(runs({}), runs({})), undefined);
    assert.equal(breach(runs({}), runs({ errors: 3 })), 'errors');
    assert.equal(breach(runs({}), runs({ errors: 2 })), undefined);
    assert.equal(breach(runs({ errors: 50 }), runs({ errors: 50 })), undefined);
    assert.equal(breach(runs({ errors: 50 }), runs({ errors: 52 })), 'errors');
    assert.equal(breach(runs({}), runs({ runs: 1_000, errors: 9 })), undefined);
    assert.equal(breach(runs({}), runs({ denials: 10 })), undefined);
    assert.equal(breach(runs({}), runs({ denials: 11 })), 'denials');
    assert.equal(breach(runs({}), runs({ dropped: 3 })), 'dropped');
    assert.equal(breach(runs({ dropped: 100 }), runs({ dropped: 100 })), undefined);
    // Whose clients are all of the share: there is nothing to compare with.
    assert.equal(breach(NO_RUNS, runs({ runs: 3, errors: 3 })), 'errors');
    assert.equal(breach(runs({}), NO_RUNS), undefined);
  });

  it('are crossed by what takes much longer, of enough runs', () => {
    assert.equal(breach(runs({}, 100), runs({}, 400)), 'p99');
    assert.equal(breach(runs({}, 100), runs({}, 250)), undefined);
    assert.equal(breach(runs({}, 1), runs({}, 40)), undefined);
    assert.equal(breach(runs({ runs: 99 }, 100), runs({}, 400)), undefined);
    assert.equal(breach(runs({}, 100), runs({ runs: 99 }, 400)), undefined);
  });

  it('look at the last minute alone', () => {
    let nowMs = 0;
    const recent = createRecentRuns(() => nowMs);
    const outcome = { status: 'timed_out', limit: 'cpu', ...NOT_RUN } as const;
    recent.add('gradual', { outcome, dropped: 0, isFailed: true });
    nowMs = 50_000;
    recent.add('gradual', { outcome: { ...NOT_RUN, status: 'ok' }, dropped: 1, isFailed: false });
    recent.add('deployed', {
      outcome: { ...NOT_RUN, status: 'denied', error: { name: 'a', message: 'b' } },
      dropped: 0,
      isFailed: false,
    });
    const counts = (): number[][] => {
      const { deployed: was, gradual: is } = recent.figures();
      return [was, is].map(({ runs: all, errors, denials, dropped }) => [all, errors, denials, dropped]);
    };
    assert.deepEqual(counts(), [
      [1, 0, 1, 0],
      [2, 1, 0, 1],
    ]);
    nowMs = 62_000;
    assert.deepEqual(counts(), [
      [1, 0, 1, 0],
      [1, 0, 0, 1],
    ]);
    nowMs = 120_000;
    assert.deepEqual(counts(), [
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });
});

const gradual: GradualDeployment = {
  id: 'one',
  revision: 'new',
  percent: 10,
  client_ids: [],
  bounds: DEFAULT_GRADUAL_BOUNDS,
  started_at_ms: 1,
  started_by: 'somebody',
};
const hook = Hook.parse({
  id: 'hook',
  name: 'hook',
  trigger_id: 'credentials-exchange',
  current_revision: 'old',
  draft_revision: 'new',
  history: [
    { number: 2, revision: 'new', created_at_ms: 1, created_by: null },
    { number: 1, revision: 'old', created_at_ms: 1, created_by: null },
  ],
  gradual,
});

describe('a hook with a gradual deployment', () => {
  it('has none once a revision is deployed to all', () => {
    for (const [next, outcome] of [
      [deployed(hook, 'new', 'me'), 'promoted'],
      [withRevision(hook, 'new', 'me'), 'promoted'],
      [withRevision(hook, 'other', 'me'), 'superseded'],
      [endedGradual(hook, { outcome: 'returned', ended_by: null }), 'returned'],
    ] as const) {
      const { gradual: on, ended_gradual: ended } = Hook.parse(next);
      assert.deepEqual([on, ended?.id, ended?.outcome], [undefined, 'one', outcome]);
    }
    assert.equal(endedGradual(hook, { outcome: 'returned', ended_by: null }).current_revision, 'old');
    assert.equal(withDraft(hook, 'other', 'me').gradual?.id, 'one');
  });

  it('keeps its revision, however many drafts follow', () => {
    let now = hook;
    for (let n = 0; n < 2 * MAX_HISTORY_REVISIONS; n++) now = Hook.parse(withDraft(now, `draft ${String(n)}`, 'me'));
    assert.equal(now.history.length, MAX_HISTORY_REVISIONS);
    const kept = keptRevisions(now);
    assert(kept.has('new') && kept.has('old'));
    assert.deepEqual(
      now.history.slice(-2).map(({ revision }) => revision),
      ['new', 'old'],
    );
  });

  it('that cannot be read has none: the deployed revision shapes all', () => {
    for (const unreadable of [
      null,
      1,
      [],
      {},
      { ...gradual, percent: NaN },
      { ...gradual, percent: 1e9 },
      { ...gradual, bounds: null },
    ]) {
      const read = Hook.parse({ ...hook, gradual: unreadable });
      assert.deepEqual([read.gradual, read.current_revision], [undefined, 'old']);
    }
  });
});

describe('the options of a gradual deployment', () => {
  it('say what the API is asked for, and nothing that was not given', () => {
    assert.equal(gradually({}), undefined);
    assert.deepEqual(gradually({ percent: '10' }), { percent: 10 });
    assert.deepEqual(gradually({ client: ['a', 'b'] }), { client_ids: ['a', 'b'] });
    assert.deepEqual(gradually({ percent: '100', 'max-errors': '0.5', 'max-p99': '2' }), {
      percent: 100,
      bounds: { errors_percent: 0.5, p99_ratio: 2 },
    });
  });

  it('are numbers in their range', () => {
    for (const percent of ['NaN', '', '-1', '101', '0.5', '1e1', '0x10', 'Infinity', '10%', ' 10', 'ten']) {
      assert.throws(() => gradually({ percent }), UsageError, percent);
    }
    for (const bound of ['NaN', '', '-1', '101', '1e1', 'Infinity']) {
      assert.throws(() => gradually({ percent: '10', 'max-errors': bound }), UsageError, bound);
    }
    assert.throws(() => gradually({ percent: '10', 'max-p99': '0.5' }), /--max-p99 must be a number from 1 to 1000/);
    assert.throws(() => gradually({ 'max-errors': '1' }), /give --percent or --client/);
  });
});
