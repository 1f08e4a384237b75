import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { createRefusalSampler, type RefusalSampler } from '../../services/gateway/sample-refusals.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';

const MAX_TOLD = 30;

let told: TokenEvent[];
let sampler: RefusalSampler;
beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  told = [];
  sampler = createRefusalSampler((event) => told.push(event));
});
afterEach(() => mock.timers.reset());

let id = 0;
function refuse(about: Partial<TokenEvent>, isKnown = false): void {
  const error = { code: 'access_denied', status: 401 };
  sampler.take({ type: 'token.denied', id: String(++id), time_ms: 0, duration_ms: 1, error, ...about }, isKnown);
}
const figures = () => told.map(({ ip, client_id, refusals }) => [ip, client_id, refusals]);

describe('refusals of strangers', () => {
  it('are one event of an address at once, and one with their number when the minute is over', () => {
    for (let n = 0; n < 8_000; n++) refuse({ ip: '192.0.2.1', client_id: `id-${String(n)}` });
    assert.deepEqual(figures(), [['192.0.2.1', 'id-0', undefined]]);
    mock.timers.tick(60_000);
    assert.deepEqual(figures().slice(1), [['192.0.2.1', 'id-7999', 7_999]]);
    refuse({ ip: '192.0.2.1', client_id: 'later' });
    assert.deepEqual(figures().slice(2), [['192.0.2.1', 'later', undefined]]);
  });

  it('of one alone are one event and no more', () => {
    refuse({ ip: '192.0.2.1' });
    mock.timers.tick(120_000);
    assert.equal(told.length, 1);
  });

  it('are counted by /64, by error, and by client where there is one', () => {
    refuse({ ip: '2001:db8::1' });
    refuse({ ip: '2001:db8::2' });
    refuse({ ip: '2001:db8::3', error: { code: 'invalid_request', status: 400 } });
    refuse({ ip: '2001:db8::4', client_id: 'known' }, true);
    refuse({ ip: '2001:db8:0:1::1' });
    assert.deepEqual(
      figures().map(([ip]) => ip),
      ['2001:db8::1', '2001:db8::3', '2001:db8::4', '2001:db8:0:1::1'],
    );
  });

  it('of any number of addresses are a bounded number of events that none is missing in', () => {
    for (let n = 0; n < 5_000; n++) refuse({ ip: `10.0.${String(n >> 8)}.${String(n & 255)}`, client_id: 'x' });
    assert.equal(told.length, MAX_TOLD);
    mock.timers.tick(60_000);
    assert.equal(told.length, MAX_TOLD + 1);
    assert.deepEqual(figures().at(-1), [undefined, undefined, 5_000 - MAX_TOLD]);
  });

  it('of any number of addresses do not hide which client they tried', () => {
    for (let n = 0; n < MAX_TOLD; n++) refuse({ ip: `2001:db8:0:${n.toString(16)}::1`, client_id: 'none' });
    for (let n = 0; n < 500; n++) refuse({ ip: `2001:db8:1:${n.toString(16)}::1`, client_id: 'target' }, true);
    for (let n = 0; n < 200; n++) refuse({ ip: '2001:db8:2::1', client_id: `other-${String(n)}` }, true);
    mock.timers.tick(60_000);
    assert.deepEqual(
      figures().find(([, client]) => client === 'target'),
      [undefined, 'target', 500],
    );
    assert.ok(told.length <= 2 * MAX_TOLD + 1);
    assert.equal(
      told.reduce((sum, { refusals = 1 }) => sum + refusals, 0),
      MAX_TOLD + 500 + 200,
    );
  });

  it('are told before the gateway ends', () => {
    for (let n = 0; n < 3; n++) refuse({ ip: '192.0.2.1' });
    sampler.close();
    assert.deepEqual(figures().at(-1), ['192.0.2.1', undefined, 2]);
  });
});
