import '../support/from-sources.ts';
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { ServiceName } from '../../deploy/local/service-env.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { openAudit } from './audit.ts';
import { openEdits } from './edits.ts';
import { CLAIM, delay, startLoad } from './load.ts';
import { releaseIn, type Release } from './release.ts';
import { report } from './run-fault.ts';
import { startServersOf, type TwoReleases } from './two-releases.ts';

const FOLDER = process.env.HOOKMINT_BEFORE;
const skip = FOLDER === undefined && 'HOOKMINT_BEFORE=DIR names a checkout of the release before, with its packages';
const CLIENTS = 8;
const STEADY_MS = 1_000;
const MIXED_MS = 8_000;
const MAX_ERRORS_TOLD = 5;

/** Who answers before who asks: docs/upgrade.md. */
const DOCUMENTED: readonly ServiceName[] = ['hook-executor', 'signer', 'management', 'gateway'];

/** While the only MongoDB is started again, no change can be made. */
const MAY_FAIL = ': 503: MongoDB';

type Step = [name: string, act: () => Promise<unknown>];

/** From two of each service of the old release, and one management, as it is recommended; each step under load and edits. */
async function upgrade(
  name: string,
  old: Release,
  steps: (world: TwoReleases) => readonly Step[],
  usesNode = false,
): Promise<{ refused: string[]; lost: number; unmodified: number; eventsMissing: number; failedEdits: string[] }> {
  const world = await startServersOf(old);
  try {
    for (const service of DOCUMENTED) await world.start(old, service);
    for (const service of DOCUMENTED) if (service !== 'management') await world.start(old, service);
    const edits = await openEdits(world.known, usesNode);
    const audit = await openAudit(world.known);
    const loggedBefore = await audit.issued();
    const load = startLoad(world.known, [world.known.url], CLIENTS);
    const refused: string[] = [];
    let now = '';
    const writing = edits.start(() => now);
    try {
      for (const [step, act] of [['before', STEADY_MS], ...steps(world), ['after', STEADY_MS]] as const) {
        const { issued, refused: refusedBefore } = { ...load.tally };
        now = step;
        await (typeof act === 'number' ? delay(act) : act());
        process.stdout.write(`faults: ${name}: ${step}: issued ${String(load.tally.issued - issued)}\n`);
        if (load.tally.refused > refusedBefore) refused.push(`${String(load.tally.refused - refusedBefore)}: ${step}`);
      }
    } finally {
      await Promise.all([load.stop(), writing.stop()]);
    }
    const { tally } = load;
    const expected = loggedBefore + tally.issued;
    const eventsMissing = expected - (await audit.untilRead(expected));
    report({ fault: name, healedMs: 0, ...tally, eventsMissing });
    process.stdout.write(`faults: the Management API meanwhile: ${writing.told()}\n`);
    for (const line of world.errors().slice(0, MAX_ERRORS_TOLD))
      process.stdout.write(`faults: ${line.slice(0, 600)}\n`);
    await verify(world, edits.lastRevision());
    const { lost, unmodified } = tally;
    return {
      refused,
      lost,
      unmodified,
      eventsMissing,
      failedEdits: writing.failed().filter((edit) => !edit.includes(MAY_FAIL)),
    };
  } finally {
    await world.close();
  }
}

async function verify({ known }: TwoReleases, revision: number): Promise<void> {
  const jwks = createRemoteJWKSet(new URL(`${known.url}/.well-known/jwks.json`));
  await until('the last revision of the hook is in force', async () => {
    const { body } = await requestToken(known);
    await jwtVerify(String(body.access_token), jwks);
    const claims = decodeJwt(String(body.access_token));
    assert.equal(claims[CLAIM], 'there');
    return claims[`${CLAIM}/revision`] === revision;
  });
}

const servers = (world: TwoReleases, of: Release): readonly Step[] => [
  ['NATS with its new configuration', () => world.restartBus(of)],
  ['MongoDB with its new roles', () => world.restartStore(of)],
  ['setup', () => world.setUpBus(of)],
];
const replaced = (world: TwoReleases, of: Release, name: ServiceName): Step => [
  `another ${name}`,
  () => world.replace(of, name),
];

const NOTHING = { refused: [], lost: 0, unmodified: 0, eventsMissing: 0, failedEdits: [] };

describe('the release before, replaced under load', { skip }, () => {
  let old: Release;
  let latest: Release;
  before(async () => {
    old = await releaseIn(FOLDER ?? '');
    latest = await releaseIn(fileURLToPath(new URL('../../', import.meta.url)));
  });

  test('in the documented order: nothing is lost, refused or unmodified', async () => {
    const steps = (world: TwoReleases): readonly Step[] => [
      ...servers(world, latest),
      ...DOCUMENTED.map((name) => replaced(world, latest, name)),
    ];
    const came = await upgrade('upgrade in the documented order', old, steps, true);
    assert.deepEqual(came, NOTHING);
  });

  test('in the opposite order', async () => {
    const came = await upgrade('upgrade in the opposite order', old, (world) => [
      ...servers(world, latest),
      ...DOCUMENTED.toReversed().map((name) => replaced(world, latest, name)),
    ]);
    assert.deepEqual(came, NOTHING);
  });

  test('and one of each is left beside the new', async () => {
    const came = await upgrade('one of each of both releases', old, (world) => [
      ...servers(world, latest),
      ...DOCUMENTED.map((name): Step => [
        `a ${name} beside the old`,
        async () => {
          await world.start(latest, name);
          if (name !== 'management') await world.stop(name);
        },
      ]),
      ['both', () => delay(MIXED_MS)],
    ]);
    assert.deepEqual(came, NOTHING);
  });
});
