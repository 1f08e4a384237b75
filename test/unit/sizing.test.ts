import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BYTES, costsOfBench, MEASURED_CPU_MS } from '../../deploy/sizing/costs.ts';
import { ASSUMPTIONS, inRegions, sizingFor } from '../../deploy/sizing/model.ts';

const CPU = MEASURED_CPU_MS.ES256;

it('the size grows with the tokens, and pods are whole and never alone', () => {
  const [small, large] = [sizingFor(100, CPU), sizingFor(10_000, CPU)];
  assert.equal(small.pods.gateway, ASSUMPTIONS.minPods);
  // 10,000 × 0.14 ms are 1.4 cores, at half of one core each.
  assert.equal(large.pods.gateway, 3);
  assert.ok(Math.abs(large.cores / small.cores - 100) < 1e-9);
  assert.equal(large.logBytesPerDay, 10_000 * BYTES.log * 86_400);
  assert.equal(large.streamBytesPerSecond, 10_000 * BYTES.event * 3);
});

it('a region of three has a third of it', () => {
  assert.deepEqual(inRegions(30_000, 3, CPU), sizingFor(10_000, CPU));
});

it('the costs of a benchmark take the place of those that are written down', () => {
  const measured = { gateway: 1, sandbox: 0.5, '(load generator)': 9 };
  const line = JSON.stringify({ rs256: { cpu_ms_per_token: measured }, es256: { cpu_ms_per_token: measured } });
  const { ES256 } = costsOfBench(`text before\n${line}\n`);
  assert.deepEqual([ES256.gateway, ES256.sandbox, ES256.mongod], [1, 0.5, 0]);
  assert.throws(() => costsOfBench('no report'));
});
