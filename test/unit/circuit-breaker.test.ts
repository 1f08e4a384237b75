import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CircuitBreaker } from '../../services/hook-executor/webhooks/circuit-breaker.ts';

function opened() {
  const clock = { nowMs: 0 };
  const changes: string[] = [];
  const breaker = new CircuitBreaker(
    (state) => changes.push(state),
    () => clock.nowMs,
  );
  const fail = (times: number): void => {
    for (let i = 0; i < times; i++) {
      assert.equal(breaker.admits(), true);
      breaker.failed();
    }
  };
  return { clock, changes, breaker, fail };
}

describe('the circuit of an endpoint', () => {
  it('opens after ten failures in a row, and not before', () => {
    const { breaker, changes, fail } = opened();
    fail(9);
    assert.equal(breaker.admits(), true);
    breaker.succeeded();
    fail(9);
    assert.deepEqual(changes, []);
    fail(1);
    assert.equal(breaker.admits(), false);
    assert.deepEqual(changes, ['open']);
  });

  it('lets one request through after five seconds, which closes it or keeps it open as long again', () => {
    const { breaker, clock, changes, fail } = opened();
    fail(10);
    clock.nowMs = 4_999;
    assert.equal(breaker.admits(), false);
    clock.nowMs = 5_000;
    assert.equal(breaker.admits(), true);
    assert.equal(breaker.admits(), false);
    breaker.failed();
    assert.equal(breaker.admits(), false);
    clock.nowMs = 9_999;
    assert.equal(breaker.admits(), false);
    clock.nowMs = 10_000;
    assert.equal(breaker.admits(), true);
    breaker.succeeded();
    assert.equal(breaker.admits(), true);
    assert.deepEqual(changes, ['open', 'closed']);
  });

  it('lets another through where the one ended without a word on the endpoint', () => {
    const { breaker, clock, fail } = opened();
    fail(10);
    clock.nowMs = 5_000;
    assert.equal(breaker.admits(), true);
    breaker.gaveUp();
    assert.equal(breaker.admits(), true);
  });
});
