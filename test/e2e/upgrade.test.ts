import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import type { Db } from 'mongodb';
import { clientsIn } from '../../shared/store/clients.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { startStack, type Stack, type StackOptions } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';

const TRIGGER = 'credentials-exchange';
const HOOK =
  "module.exports = (client, scope, audience, context, cb) => cb(null, { 'https://foo.com/mine': 1, scope });";

type Document = { _id: string } & Record<string, unknown>;

/** Turns the documents of a tenant into those of hookmint 0.1.0, which knew no management. */
async function asVersion0(db: Db, clientId: string): Promise<void> {
  const { client_secrets = [] } = (await clientsIn(db).find(clientId)) ?? {};
  const hooks = await hooksIn(db).list({}, { skip: 0, limit: 10 });
  const clients = db.collection<Document>('clients');
  await clients.deleteMany({ _id: { $ne: clientId } });
  await clients.updateMany(
    {},
    {
      $set: { client_secret_hashes: client_secrets.map(({ hash }) => hash) },
      $unset: { client_secrets: '', credentials: '', private_key_jwt: '', profile: '' },
    },
  );
  await db.collection('resource_servers').deleteMany({ is_system: true });
  await db.collection('resource_servers').updateMany({}, { $unset: { client_policy: '', is_system: '', profile: '' } });
  await db.collection('client_grants').deleteMany({ client_id: { $ne: clientId } });
  await db.collection('client_grants').updateMany({}, { $unset: { allow_all_scopes: '', profile: '' } });
  for (const name of ['hooks', 'hook_bindings', 'tenant']) await db.collection(name).drop();
  await db.collection('hooks').createIndex({ name: 1 }, { unique: true }, {});
  for (const { id, name, trigger_id, current_revision } of hooks) {
    await db.collection<Document>('hooks').insertOne({ _id: id, name, trigger_id, current_revision });
    await db
      .collection<Document>('hook_bindings')
      .insertOne({ _id: TRIGGER, hook_id: id, hook_name: name, revision: current_revision });
  }
}

/** Turns `secrets.json` into that of hookmint 0.1.0. */
function secretsAsVersion0(dataDir: string): void {
  const file = join(dataDir, 'secrets.json');
  const parsed = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const withoutManagement = (members: object) =>
    Object.fromEntries(Object.entries(members).filter(([name]) => !name.startsWith('management')));
  const secrets = withoutManagement(parsed);
  for (const name of ['mongodb_passwords', 'nats_nkey_seeds'])
    secrets[name] = withoutManagement(secrets[name] as object);
  writeFileSync(file, JSON.stringify(secrets, null, 2));
}

async function claimsOf(stack: Stack): Promise<Record<string, unknown>> {
  const { status, body } = await requestToken(stack);
  assert.equal(status, 200, JSON.stringify(body));
  return decodeJwt(String(body.access_token));
}

/** What the version before knew of a hook. */
async function hookOf(stack: Stack) {
  const hook = await hooksIn(await stack.db()).find('demo-hook');
  return { name: hook?.name, kind: hook?.kind, trigger_id: hook?.trigger_id, current_revision: hook?.current_revision };
}

const keysOf = async (stack: Stack): Promise<unknown> => (await fetch(`${stack.url}/.well-known/jwks.json`)).json();

/** What `use` gives, once the stack has stopped. */
async function running<T>(options: StackOptions, use: (stack: Stack) => Promise<T>): Promise<T> {
  const stack = await startStack(options);
  try {
    return await use(stack);
  } finally {
    await stack.stop();
  }
}

describe('the data folder of the version before', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hookmint-'));
  after(() => rmSync(dataDir, { recursive: true, force: true }));

  it('is one that this version starts on, with its client, its keys and its hook', async () => {
    const before = await running({ dataDir, hook: HOOK }, async (stack) => {
      assert.equal((await claimsOf(stack))['https://foo.com/mine'], 1);
      const { clientId, clientSecret } = stack;
      const hook = await hookOf(stack);
      const keys = await keysOf(stack);
      await asVersion0(await stack.db(), clientId);
      return { clientId, clientSecret, hook, keys };
    });
    secretsAsVersion0(dataDir);

    await running({ dataDir }, async (stack) => {
      const { clientId, clientSecret } = stack;
      assert.equal((await claimsOf(stack))['https://foo.com/mine'], 1);
      const hook = await hookOf(stack);
      assert.deepEqual({ clientId, clientSecret, hook, keys: await keysOf(stack) }, before);
    });
  });
});
