import { createHash } from 'node:crypto';
import assert from 'node:assert/strict';
import { openManagement } from '../support/management.ts';
import { CLAIM, delay } from './load.ts';
import type { Known } from './two-releases.ts';

const PAUSE_MS = 200;
/** Of so many turns one changes the hook, which has to be built, and one the signing keys. */
const TURNS_A_REVISION = 12;
const TURNS_A_ROTATION = 20;
const FIRST_CLAIM = createHash('sha256').update('there').digest('hex');

/** Changes of the configuration by the Management API, of several kinds, one after the other. */
export type Edits = {
  /** @param step Of what is changed meanwhile, for what fails. */
  start: (step: () => string) => { told: () => string; failed: () => string[]; stop: () => Promise<void> };
  /** Of the hook, as its tokens name it. */
  lastRevision: () => number;
};

/** @param usesNode Whether it needs a module of Node's that hookmint brings: what one release builds may need the executors of that release. */
const scriptOf = (revision: number, usesNode: boolean): string => `
module.exports = function (client, scope, audience, context, cb) {
  const isRight = ${usesNode ? `require('crypto').createHash('sha256').update('there').digest('hex') === '${FIRST_CLAIM}'` : 'true'};
  cb(null, {
    scope: (scope || []).concat('extra'),
    ${JSON.stringify(CLAIM)}: isRight ? 'there' : 'wrong',
    ${JSON.stringify(`${CLAIM}/revision`)}: ${String(revision)},
  });
};`;

export async function openEdits(known: Known, usesNode: boolean): Promise<Edits> {
  let { call } = await openManagement(known);
  let revision = 1;
  const body = { name: 'upgraded', script: scriptOf(1, usesNode), triggerId: 'credentials-exchange', enabled: true };
  const made = await call('POST', '/hooks', body);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { id } = made.body as { id: string };

  async function rotate(): Promise<ReturnType<typeof call>> {
    const rotated = await call('POST', '/keys/signing/rotate?force=true');
    if (rotated.status !== 201) return rotated;
    // The token that is used so far is of a key that is about to be revoked.
    ({ call } = await openManagement(known));
    const { body: keys } = await call('GET', '/keys/signing');
    const previous = (keys as { kid: string; previous?: boolean; revoked?: boolean }[]).find(
      (key) => key.previous === true && key.revoked !== true,
    );
    return previous === undefined ? rotated : call('PUT', `/keys/signing/${previous.kid}/revoke`);
  }

  const turn = async (number: number): Promise<[what: string, status: number]> => {
    if (number % TURNS_A_REVISION === 1) {
      const next = revision + 1;
      const { status } = await call('PATCH', `/hooks/${id}`, { script: scriptOf(next, usesNode) });
      if (status === 200) revision = next;
      return ['a revision', status];
    }
    if (number % TURNS_A_ROTATION === 2) return ['a rotation and revocation', (await rotate()).status];
    if (number % 2 === 0) return ['a list of keys', (await call('GET', '/keys/signing')).status];
    const metadata = { client_metadata: { turn: String(number) } };
    return ['a client', (await call('PATCH', `/clients/${known.clientId}`, metadata)).status];
  };

  return {
    lastRevision: () => revision,
    start: (step) => {
      const failed: string[] = [];
      const counts = new Map<string, number>();
      let isRunning = true;
      const stopped = (): boolean => !isRunning;
      const writing = (async () => {
        for (let number = 0; !stopped(); number++) {
          const [what, status] = await turn(number).catch((error: unknown): [string, string] => [
            'a call',
            `lost: ${String(error)}`,
          ]);
          const came = `${what}: ${String(status)}`;
          counts.set(came, (counts.get(came) ?? 0) + 1);
          if (status !== 200 && status !== 201) failed.push(`${came}: ${step()}`);
          await delay(PAUSE_MS);
        }
      })();
      return {
        told: () => [...counts].map(([what, times]) => `${what} × ${String(times)}`).join(', '),
        failed: () => failed,
        stop: async () => {
          isRunning = false;
          await writing;
        },
      };
    },
  };
}
