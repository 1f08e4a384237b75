import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiWorld, type ApiWorld } from '../e2e/shown-token-fixtures.ts';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { openManagement } from '../support/management.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { startProofLoad, type ProofTally } from './proof-load.ts';

// What was promised once, a proof used or a token revoked, survives whoever promised it.

/** Of each kind, before a fault and again after it. */
const ENOUGH = 20;

let stack: Stack;
let second: AnotherService;
let bound: ApiWorld;
let plain: ApiWorld;
before(async () => {
  stack = await startStack({ hook: null });
  second = await startAnother(stack, 'gateway');
  const management = await openManagement(stack);
  bound = await apiWorld(management, stack, { proof_of_possession: { mechanism: 'dpop', required: true } });
  plain = await apiWorld(management, stack);
});
after(async () => {
  await second.stop();
  await stack.stop();
});

const KINDS = ['tokens', 'shownAgain', 'revocations', 'introspections'] as const;

async function untilMore(tally: ProofTally): Promise<void> {
  const so = { ...tally };
  await until('proofs, revocations and introspections are answered', () =>
    KINDS.every((kind) => tally[kind] - so[kind] >= ENOUGH),
  );
}

for (const name of ['nats-server', 'gateway', 'mongod'] as const) {
  test(`a ${name} that is killed lets no proof be used twice, no token go unbound, and no revoked token be active`, async (t) => {
    const load = startProofLoad([stack, second], bound, plain);
    t.after(() => load.stop());
    await untilMore(load.tally);
    const [pid] = stack.pidsOf(name);
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGKILL');
    await until(`another ${name}`, () => {
      const [now] = stack.pidsOf(name);
      return now !== undefined && now !== pid;
    });
    await untilMore(load.tally);
    const tally = await load.stop();
    process.stdout.write(`faults: ${name} killed under proofs and revocations: ${JSON.stringify(tally)}\n`);
    const { secondTokens, unbound, activeAfterRevocation, unexpected } = tally;
    assert.deepEqual(
      { secondTokens, unbound, activeAfterRevocation, unexpected },
      { secondTokens: 0, unbound: 0, activeAfterRevocation: 0, unexpected: {} },
    );
  });
}
