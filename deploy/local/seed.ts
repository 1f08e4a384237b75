import type { Db } from 'mongodb';
import { hashClientSecret } from '../../shared/client-secret.ts';
import { Hook } from '../../shared/domain/hook.ts';
import { withRevision } from '../../shared/domain/hook-history.ts';
import { DEFAULT_TOKEN_LIFETIME_SECONDS, type SigningAlg } from '../../shared/domain/resource-server.ts';
import { makeRevision, type HookInput } from '../../hook-build/make-revision.ts';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { resourceServersIn } from '../../shared/store/resource-servers.ts';
import { DEMO_AUDIENCE } from './demo-audience.ts';

const TRIGGER = 'credentials-exchange';

export type DemoClient = { clientId: string; clientSecret: string };

/** Puts the demo into a tenant's database, which is prepared: one API, one M2M client, one grant. What is there already is left as it is. */
export async function seedDemo(
  db: Db,
  { clientId, clientSecret }: DemoClient,
  { clientSecretKey, signingAlg }: { clientSecretKey: Buffer; signingAlg: SigningAlg },
): Promise<void> {
  const [clients, apis, grants] = [clientsIn(db), resourceServersIn(db), clientGrantsIn(db)];
  if ((await apis.findByIdentifier(DEMO_AUDIENCE)) === undefined) {
    await apis.put({
      id: 'demo-api',
      identifier: DEMO_AUDIENCE,
      name: 'Demo API',
      scopes: [{ value: 'read:data', description: 'Read the data' }],
      signing_alg: signingAlg,
      token_dialect: 'access_token',
      enforce_policies: false,
      token_lifetime_seconds: DEFAULT_TOKEN_LIFETIME_SECONDS,
    });
  }
  if ((await clients.find(clientId)) === undefined) {
    await clients.put({
      client_id: clientId,
      name: 'Demo M2M client',
      client_secrets: [{ hash: hashClientSecret(clientSecret, clientSecretKey), expires_at_ms: null }],
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      client_metadata: { plan: 'full' },
    });
  }
  if ((await grants.findFor(clientId, DEMO_AUDIENCE)) === undefined) {
    await grants.put({
      id: `cgr_${clientId.slice(0, 16)}`,
      client_id: clientId,
      audience: DEMO_AUDIENCE,
      scope: ['read:data'],
    });
  }
}

/** Whether the Management API was used to enable another hook than `name`, or none. */
export async function isDecidedOtherwise(db: Db, name: string): Promise<boolean> {
  const binding = await hooksIn(db).findBinding(TRIGGER);
  return binding !== undefined && binding.hook_id !== (await idOf(db, name));
}

/** Makes a revision of the hook `name`, deploys it and enables the hook; gives its address. */
export async function enableHook(
  db: Db,
  name: string,
  hook: Omit<HookInput, 'hook_id'>,
  options: Parameters<typeof makeRevision>[1],
): Promise<string> {
  const hooks = hooksIn(db);
  const id = await idOf(db, name);
  const revision = await hooks.putRevision(await makeRevision({ ...hook, hook_id: id }, options));
  const deploy = (now: Hook): Hook => withRevision(now, revision, null);
  if ((await hooks.change(id, deploy)) === undefined) {
    const fresh = Hook.parse({ id, name, trigger_id: TRIGGER, current_revision: null, created_at_ms: Date.now() });
    await hooks.insert(deploy(fresh));
  }
  await hooks.enable(TRIGGER, id);
  return revision;
}

/** Of the hook that has the name already, whoever made it. */
async function idOf(db: Db, name: string): Promise<string> {
  const [known] = await hooksIn(db).list({ kind: 'hook', name }, { skip: 0, limit: 1 });
  return known?.id ?? `demo-${name}`;
}
