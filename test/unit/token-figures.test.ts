import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { minutesOf } from '../../services/management/logs/count-tokens.ts';
import { bucketOf, quantileMs } from '../../shared/duration-buckets.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';

const MINUTE_MS = 60_000;
const START_MS = 1_800_000_000_000;

const event = (type: TokenEvent['type'], afterMs: number, more: Partial<TokenEvent> = {}): TokenEvent => ({
  type,
  id: 'id',
  time_ms: START_MS + afterMs,
  duration_ms: 4,
  ...more,
});

describe('figures of token requests', () => {
  it('are counted by the minute, with refusals that one event stands for', () => {
    const error = (code: string) => ({ error: { code, status: 400 } });
    const minutes = minutesOf([
      event('token.issued', 0, { duration_ms: 4 }),
      event('token.issued', MINUTE_MS - 1, { duration_ms: 4.01 }),
      event('token.denied', 10, { ...error('invalid_client'), refusals: 7 }),
      event('token.failed', 20, error('server_error')),
      event('token.denied', 30, error('$where.a')),
      event('token.issued', MINUTE_MS, { duration_ms: 1_000 }),
    ]);
    assert.deepEqual(minutes, [
      {
        at: new Date(START_MS),
        issued: 2,
        errors: { invalid_client: 8, server_error: 1, other: 1 },
        durations: { [bucketOf(4)]: 2 },
      },
      { at: new Date(START_MS + MINUTE_MS), issued: 1, errors: {}, durations: { [bucketOf(1_000)]: 1 } },
    ]);
  });

  it('tell a share of durations within 5 %', () => {
    assert.equal(quantileMs({}, 0.99), null);
    const duration = fc.double({ min: 0.2, max: 200_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 200 }), fc.constantFrom(0.5, 0.99), (all, share) => {
        const buckets: Record<string, number> = {};
        for (const ms of all) buckets[bucketOf(ms)] = (buckets[bucketOf(ms)] ?? 0) + 1;
        const exact = all.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * all.length) - 1)] ?? NaN;
        const told = quantileMs(buckets, share) ?? NaN;
        assert.ok(Math.abs(told / exact - 1) < 0.05, `${String(told)} for ${String(exact)}`);
      }),
    );
  });

  it('have a bucket for whatever a gateway says', () => {
    for (const ms of [0, -1, Number.MAX_VALUE, 1e-9]) assert.ok(Number.isInteger(bucketOf(ms)));
  });
});
