import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { rehearse, type Rehearsed } from '../../services/management/rehearsal/rehearse.ts';
import type { PastRequest } from '../../services/management/rehearsal/requests.ts';
import type { HookRevision } from '../../shared/domain/hook.ts';
import { HookmintError } from '../../shared/errors.ts';
import { SampleEvent } from '../../shared/domain/sample-event.ts';
import type { HookDryRunReply } from '../../shared/subjects/hook-dry-run.ts';
import type { HookRehearsal } from '../../shared/subjects/hook-rehearsal.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const revision = (id: string): HookRevision =>
  ({ revision: id, kind: 'hook', limits: { wall_ms: 1_000 } }) as unknown as HookRevision;

const KEY = Buffer.alloc(32, 1);

const SIDES = {
  hook: { id: 'x', name: 'x' },
  deployed: revision('deployed'),
  revised: revision('revised'),
  network: 'refused',
  policy: 'relaxed',
} as const;

async function* past(requests: number): AsyncGenerator<PastRequest> {
  for (let n = 0; n < requests; n++) {
    const event = SampleEvent.parse({ custom_claims: {} });
    yield await Promise.resolve({ id: String(n), date: new Date(0), client_id: 'x', audience: 'x', event });
  }
}

/** @param run The claims that a revision gives at its nth run. */
async function rehearsed(
  requests: number,
  run: (revision: string, n: number) => Record<string, unknown>,
  ended: () => void = () => undefined,
): Promise<Rehearsed> {
  const runs = new Map<string, number>();
  const rehearsers = {
    request: ({ hook }: HookRehearsal): Promise<HookDryRunReply> => {
      const n = runs.get(hook.revision) ?? 0;
      runs.set(hook.revision, n + 1);
      const result = JSON.stringify({ scope: [], ...run(hook.revision, n) });
      const outcome = { status: 'ok' as const, result, cpu_ms: 0, wall_ms: 0, console: [] };
      return Promise.resolve({ kind: 'ran', outcome, network: [] });
    },
  };
  return rehearse(SIDES, measured(requests, ended), 1_000, { rehearsers, hookSecretsKey: KEY });
}

async function* measured(requests: number, ended: () => void): AsyncGenerator<PastRequest> {
  yield* past(requests);
  ended();
}

describe('a rehearsal', () => {
  it('does not count requests that differ only in what is another each time, also before that is known', async () => {
    // The deployed revision begins to vary when it has seen a few.
    const { requests, differing, varying, groups } = await rehearsed(20, (of, n) => ({
      at: of === 'revised' ? 'y' : String(n < 3 ? 0 : n),
    }));
    assert.deepEqual([requests, differing, varying, groups], [20, 0, ['at'], []]);
  });

  it('counts requests that differ in other claims too', async () => {
    const { differing, varying, groups } = await rehearsed(20, (of, n) => ({ at: `${of}${String(n)}`, of }));
    assert.deepEqual([differing, varying, groups.map(({ what }) => what)], [20, ['at'], ['of']]);
  });

  it('keeps little of what differs, however much it is', async (t) => {
    const [requests, claims] = [15, 2_000];
    collect();
    const before = process.memoryUsage().heapUsed;
    let kept = 0;
    // Each revision names others for each request.
    const { differing, others, varying } = await rehearsed(
      requests,
      (of, n) => Object.fromEntries(Array.from({ length: claims }, (_, c) => [`claim ${String(n * claims + c)}`, of])),
      () => {
        if (kept > 0) return;
        collect();
        kept = process.memoryUsage().heapUsed - before;
      },
    );
    const mib = kept / 1_048_576;
    t.diagnostic(`${mib.toFixed(1)} MiB`);
    assert(differing >= requests && others > requests * (claims - 101), `${String(differing)}, ${String(others)}`);
    assert.deepEqual([differing, varying.length <= 1_000], [requests, true]);
    assert(mib < 3, `${String(mib)} MiB`);
  });

  it('says that nobody rehearses where no executor of this release is there', async () => {
    const asked: HookRehearsal[] = [];
    const rehearsers = {
      request: (request: HookRehearsal): Promise<HookDryRunReply> => {
        asked.push(request);
        return Promise.reject(new HookmintError('bus_no_responders', 'nobody'));
      },
    };
    await assert.rejects(rehearse(SIDES, past(1), 1, { rehearsers, hookSecretsKey: KEY }), {
      status: 503,
      errorCode: 'service_unavailable',
    });
    assert(asked.every(({ network }) => network === 'refused'));
  });
});
