import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import { EgressError } from '../../services/hook-executor/egress/http-exchange.ts';
import type { KnownRevision } from '../../services/hook-executor/revisions.ts';
import { createWebhookRuns } from '../../services/hook-executor/webhooks/webhook-runs.ts';
import { DEFAULT_HOOK_LIMITS, HookRevision } from '../../shared/domain/hook.ts';
import { argumentsOf, SampleEvent } from '../../shared/domain/sample-event.ts';
import { logger } from '../../shared/log.ts';
import { httpClientRequestDuration, webhookCircuits } from '../../shared/telemetry/metrics.ts';

const code = JSON.stringify({ contract: 'webhook', url: 'https://example.com/', secret: { secret: 'SIGNING' } });
const limits = DEFAULT_HOOK_LIMITS;
const revision = HookRevision.parse({ hook_id: 'hook', kind: 'webhook', code, limits, revision: 'r' });
const secrets = { SIGNING: `whsec_${Buffer.alloc(32, 1).toString('base64')}` };
const known: KnownRevision = {
  revision,
  runnable: { revision: 'r', script: code, kind: 'webhook', secrets, limits },
};
const args = JSON.stringify(argumentsOf(SampleEvent.parse({}), 'webhook'));
/** More than open a circuit. */
const RUNS = 12;

for (const isMeasured of [true, false]) {
  it(`an endpoint that is away is ${isMeasured ? '' : 'not '}in figures and log of runs that are ${isMeasured ? '' : 'not '}for tokens`, async () => {
    const watched = [
      mock.method(httpClientRequestDuration, 'record'),
      mock.method(webhookCircuits, 'add'),
      mock.method(logger, 'warn', () => undefined),
    ];
    try {
      const run = createWebhookRuns(isMeasured);
      let asked = 0;
      for (let n = 0; n < RUNS; n++) {
        const { status } = await run(known, 'hook', args, Date.now() + 10_000, () => {
          asked++;
          return Promise.reject(new EgressError('EGRESS_FAILED', 'nobody there'));
        });
        assert.notEqual(status, 'ok');
      }
      assert(asked > 0 && asked < RUNS, `asked ${String(asked)} times: the circuit is open`);
      assert.deepEqual(
        watched.map(({ mock }) => mock.callCount() > 0),
        [isMeasured, isMeasured, isMeasured],
      );
    } finally {
      mock.restoreAll();
    }
  });
}
