import './quiet.ts';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Db } from 'mongodb';
import { besideWaysIn } from '../../services/management/auth/ways-in.ts';
import type { Client } from '../../shared/domain/client.ts';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { prepareConfiguration } from '../../shared/store/prepare.ts';
import { startStore, type StoreServer } from '../contract/store-fixtures.ts';

// Writes to clients that come between each other such that each alone leaves a way into the Management API, and both none.

const audience = 'https://hookmint.test/api/v2/';
const DAY_MS = 86_400_000;

let server: StoreServer;
let db: Db;
before(async () => {
  server = await startStore();
});
after(() => server.stop());
beforeEach(async () => {
  db = await server.emptyDatabase();
  await prepareConfiguration(db);
});

async function addClient(client_id: string, expires_at_ms: number | null = null): Promise<void> {
  const client: Client = {
    client_id,
    name: client_id,
    client_secrets: [{ hash: 'hash', expires_at_ms }],
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    client_metadata: {},
    credentials: [],
    private_key_jwt: null,
    jwks_uri: null,
    federated_jwt: null,
    certificates: [],
    self_signed_tls_client_auth: null,
    tls_client_auth: null,
    subject_tokens: null,
    actor_tokens: null,
    claims: null,
    resource_server_identifier: null,
    tokens_revoked_until_ms: null,
    token_quota: null,
    require_proof_of_possession: false,
    compliance_level: null,
    profile: {},
  };
  await clientsIn(db).insert(client);
}
const administer = (client_id: string): Promise<unknown> =>
  clientGrantsIn(db).insert({
    id: `cgr_${client_id}`,
    client_id,
    audience,
    scope: ['update:client_grants'],
    allow_all_scopes: false,
    profile: {},
  });
const isLast = (client_id: string): Promise<boolean> =>
  besideWaysIn(client_id, { db, audience }, (last) => Promise.resolve(last));

describe('the last way in', () => {
  it('is not counted on another client that is just being deleted, and became an administrator meanwhile', async () => {
    await addClient('first');
    await administer('first');
    await addClient('second');
    const begun = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    const deleted = besideWaysIn('second', { db, audience }, async () => {
      begun.resolve(undefined);
      await goOn.promise;
      await clientsIn(db).remove('second');
    });
    await begun.promise;
    await administer('second');
    const last = isLast('first');
    await delay(200);
    goOn.resolve(undefined);
    await deleted;
    assert.equal(await last, true);
  });

  for (const [name, first, second, expected] of [
    ['is not counted on another that ends in an hour', Infinity, 3_600_000, true],
    ['is not counted on another that has ended', Infinity, -1, true],
    ['may end where another lasts for a month', Infinity, 30 * DAY_MS, false],
    ['may end where another lasts as long', 3_600_000, 7_200_000, false],
    ['may end where another lasts for ever', Infinity, Infinity, false],
  ] as const) {
    it(name, async () => {
      const endOf = (ms: number): number | null => (ms === Infinity ? null : Date.now() + ms);
      await addClient('first', endOf(first));
      await administer('first');
      await addClient('second', endOf(second));
      await administer('second');
      assert.equal(await isLast('first'), expected);
    });
  }
});
