import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Client } from '../../shared/domain/client.ts';
import { createCounts } from '../../shared/quotas/counts.ts';
import { createTokenQuotas } from '../../services/gateway/admission/token-quotas.ts';
import { endOf, steadyClock, windowsAt } from '../../shared/quotas/windows.ts';
import { QuotaCounted } from '../../shared/subjects/quota-counted.ts';

const HOUR_MS = 3_600_000;
/** 2026-11-24, 10:59:59 UTC: a second before the end of an hour. */
const BEFORE_ELEVEN_MS = Date.UTC(2026, 10, 24, 10, 59, 59);
const CLIENT = { client_id: 'client', name: 'Client' } as Client;

/** A gateway whose clock a test sets, and the warnings it gave. */
function gatewayAt(nowMs: number) {
  const clock = { nowMs };
  const counts = createCounts('own');
  const warned: string[] = [];
  const quotas = createTokenQuotas(
    counts,
    ({ window, threshold_percent }) => warned.push(`${window} ${String(threshold_percent)}`),
    steadyClock(() => clock.nowMs),
  );
  const ask = (quota: { enforce?: boolean; per_hour?: number; per_day?: number }): Promise<string> =>
    quotas
      .within(
        CLIENT,
        { enforce: true, ...quota },
        () => undefined,
        () => Promise.resolve('issued'),
      )
      .catch((error: unknown) => (error as { error: string }).error);
  return { clock, counts, warned, ask };
}

const report = (number: number, tokens: number, atMs: number, gateway = 'other'): QuotaCounted => {
  const { per_hour, per_day } = windowsAt(atMs);
  return {
    gateway,
    client_id: 'client',
    number,
    per_hour: { window: per_hour, tokens },
    per_day: { window: per_day, tokens },
  };
};

describe('windows', () => {
  it('are the hours and days of the UTC clock', () => {
    const windows = windowsAt(BEFORE_ELEVEN_MS);
    assert.equal(endOf('per_hour', windows.per_hour), Date.UTC(2026, 10, 24, 11));
    assert.equal(endOf('per_day', windows.per_day), Date.UTC(2026, 10, 25));
  });
});

describe('a quota', () => {
  it('is full again with the next hour, while the day goes on', async () => {
    const { clock, ask, counts } = gatewayAt(BEFORE_ELEVEN_MS);
    const quota = { per_hour: 1, per_day: 3 };
    assert.deepEqual([await ask(quota), await ask(quota)], ['issued', 'too_many_requests']);
    clock.nowMs += 1_000;
    assert.deepEqual([await ask(quota), await ask(quota)], ['issued', 'too_many_requests']);
    assert.deepEqual(counts.used('client', windowsAt(clock.nowMs)), { per_hour: 1, per_day: 2 });
  });

  it('is not full again because the clock was set back over the end of an hour', async () => {
    const { clock, ask } = gatewayAt(BEFORE_ELEVEN_MS);
    const quota = { per_hour: 1 };
    assert.equal(await ask(quota), 'issued');
    clock.nowMs += 1_000;
    assert.equal(await ask(quota), 'issued');
    clock.nowMs -= 2_000;
    assert.equal(await ask(quota), 'too_many_requests');
    clock.nowMs += 2_000;
    assert.equal(await ask(quota), 'too_many_requests');
  });

  it('refuses nobody for longer because the clock was set back by days', async () => {
    const { clock, ask } = gatewayAt(BEFORE_ELEVEN_MS);
    const quota = { per_hour: 1, per_day: 1 };
    assert.deepEqual([await ask(quota), await ask(quota)], ['issued', 'too_many_requests']);
    clock.nowMs -= 72 * HOUR_MS;
    assert.deepEqual([await ask(quota), await ask(quota)], ['issued', 'too_many_requests']);
  });

  it('is warned of once for each window and threshold, also when another gateway has used it up to there', async () => {
    const { clock, ask, warned, counts } = gatewayAt(BEFORE_ELEVEN_MS);
    const quota = { enforce: false, per_hour: 10 };
    for (let n = 0; n < 5; n++) await ask(quota);
    counts.heard(report(1, 3, clock.nowMs));
    assert.deepEqual(warned, []);
    for (let n = 0; n < 5; n++) await ask(quota);
    assert.deepEqual(warned, ['per_hour 80', 'per_hour 100']);
    clock.nowMs += 1_000;
    for (let n = 0; n < 12; n++) await ask(quota);
    assert.deepEqual(warned.slice(2), ['per_hour 60', 'per_hour 80', 'per_hour 100']);
  });
});

describe('the counts of other gateways', () => {
  const used = (reports: QuotaCounted[]): number => {
    const counts = createCounts('own');
    for (const one of reports) counts.heard(one);
    return counts.used('client', windowsAt(BEFORE_ELEVEN_MS)).per_hour;
  };

  it('are summed, the last of each, whatever the order in which they come', () => {
    const [a1, a2, b1] = [
      report(1, 5, BEFORE_ELEVEN_MS, 'a'),
      report(2, 7, BEFORE_ELEVEN_MS, 'a'),
      report(1, 2, BEFORE_ELEVEN_MS, 'b'),
    ];
    assert.equal(used([a1, b1, a2, a1]), 9);
    assert.equal(used([a2, a1, b1]), 9);
  });

  it('do not count in another window, nor what a gateway hears of itself', () => {
    assert.equal(used([report(1, 5, BEFORE_ELEVEN_MS - HOUR_MS), report(1, 3, BEFORE_ELEVEN_MS, 'own')]), 0);
  });

  it('are dropped once they are past, and memory with them', () => {
    const counts = createCounts('own');
    counts.add('client', windowsAt(BEFORE_ELEVEN_MS));
    counts.heard(report(1, 5, BEFORE_ELEVEN_MS));
    const tomorrow = windowsAt(BEFORE_ELEVEN_MS + 24 * HOUR_MS);
    counts.forget(tomorrow);
    counts.tellAgain();
    assert.deepEqual(counts.takeChanged(), []);
  });
});

describe('what a gateway tells', () => {
  it('is what has changed, absolute, and fits the schema', () => {
    const counts = createCounts('own');
    const windows = windowsAt(BEFORE_ELEVEN_MS);
    counts.add('client', windows);
    counts.add('client', windows);
    const [told, ...more] = counts.takeChanged();
    assert.deepEqual(more, []);
    assert.deepEqual(QuotaCounted.parse(told).per_hour, { window: windows.per_hour, tokens: 2 });
    assert.deepEqual(counts.takeChanged(), []);
  });
});
