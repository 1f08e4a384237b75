import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRevision } from '../../hook-build/make-revision.ts';
import { enableRevision } from '../support/enable-revision.ts';
import { startStack, type Stack } from '../support/stack.ts';
import type { OidcProviderOptions } from './peers/oidc-provider.ts';
import { startPeer } from './peers/start.ts';

export type SigningAlg = 'RS256' | 'ES256';

/** One running token service and what it takes to get a token from it. */
export type System = {
  name: string;
  signingAlg: SigningAlg;
  /** Whether its tokens carry what the tutorial's hook adds. */
  hooked: boolean;
  tokenUrl: string;
  jwksUrl: string;
  audience: string;
  /** Form body of a token request. */
  body: string;
  /** Processes whose trees make up the system. */
  rootPids: number[];
  /** Makes DPoP proofs that are good for a minute, where each request must have one. */
  makeProofs?: (count: number) => Promise<string[]>;
};

export type SystemName = 'hookmint' | 'in_process' | 'webhook';
type Systems = Record<SystemName, System>;

type Credentials = { clientId: string; clientSecret: string; audience: string };

/**
 * Starts hookmint and its two peers, all with one client and one API, so that all three take the same request body.
 * The peers are one provider process each, as oidc-provider ships: `in_process` with the hook as a function of its own,
 * `webhook` with the hook in another process. Everything stays up between legs.
 *
 * @param cleanup ends them, also those that were started before another failed to start.
 */
export async function startSystems(signingAlg: SigningAlg, cleanup: AsyncDisposableStack): Promise<Systems> {
  const stack = await startStack({ signingAlg });
  cleanup.defer(() => stack.stop());
  const options = { signingAlg, clientId: stack.clientId, clientSecret: stack.clientSecret, audience: stack.audience };

  const webhook = await startPeerFor('webhook.ts', {}, cleanup);
  const inProcess = await startPeerFor('oidc-provider.ts', options, cleanup);
  const apart = { ...options, webhookUrl: webhook.url } satisfies OidcProviderOptions;
  const outOfProcess = await startPeerFor('oidc-provider.ts', apart, cleanup);

  const common = { signingAlg, hooked: true, credentials: options };
  return {
    hookmint: system({ ...common, name: 'hookmint', url: stack.url, rootPids: [stack.pid] }),
    in_process: system({ ...common, name: 'in_process', url: inProcess.url, rootPids: [inProcess.pid] }),
    webhook: system({
      ...common,
      name: 'webhook',
      url: outOfProcess.url,
      rootPids: [outOfProcess.pid, webhook.pid],
    }),
  };
}

export type WebhookSystemName = 'hookmint' | 'webhook';

/** hookmint and oidc-provider, the hook of both the same endpoint, whose process counts to either. */
export async function startWebhookSystems(
  signingAlg: SigningAlg,
  cleanup: AsyncDisposableStack,
): Promise<Record<WebhookSystemName, System>> {
  const stack = await startStack({ signingAlg, hook: null });
  cleanup.defer(() => stack.stop());
  const endpoint = await startPeerFor('webhook.ts', {}, cleanup);
  const options = { signingAlg, clientId: stack.clientId, clientSecret: stack.clientSecret, audience: stack.audience };
  const provider = await startPeerFor(
    'oidc-provider.ts',
    { ...options, webhookUrl: endpoint.url } satisfies OidcProviderOptions,
    cleanup,
  );
  await enableWebhook(stack, endpoint.url);
  const common = { signingAlg, hooked: true, credentials: options };
  return {
    hookmint: system({ ...common, name: 'hookmint', url: stack.url, rootPids: [stack.pid, endpoint.pid] }),
    webhook: system({ ...common, name: 'oidc-provider', url: provider.url, rootPids: [provider.pid, endpoint.pid] }),
  };
}

async function enableWebhook(stack: Stack, url: string): Promise<void> {
  const keys = JSON.parse(readFileSync(join(stack.dataDir, 'secrets.json'), 'utf8')) as { hook_secrets_key: string };
  const revision = await makeRevision(
    {
      hook_id: 'webhook',
      code: JSON.stringify({ contract: 'webhook', url, secret: { secret: 'KEY' } }),
      secrets: { KEY: `whsec_${randomBytes(32).toString('base64')}` },
      egress: { allowed_addresses: ['127.0.0.1'], allowed_hosts: null },
      on_failure: 'deny',
    },
    { secretsKey: Buffer.from(keys.hook_secrets_key, 'base64url') },
  );
  await enableRevision(stack, revision);
}

/** Starts hookmint alone, with the tutorial's hook or with none. */
export async function startHookmint(
  signingAlg: SigningAlg,
  hooked: boolean,
  cleanup: AsyncDisposableStack,
): Promise<System> {
  const stack = await startStack(hooked ? { signingAlg } : { signingAlg, hook: null });
  cleanup.defer(() => stack.stop());
  const name = hooked ? 'hook on' : 'hook off';
  return system({ name, signingAlg, hooked, url: stack.url, rootPids: [stack.pid], credentials: stack });
}

async function startPeerFor(file: string, options: object, cleanup: AsyncDisposableStack) {
  const peer = await startPeer(file, options);
  cleanup.defer(() => peer.stop());
  return peer;
}

type SystemParts = Pick<System, 'name' | 'signingAlg' | 'hooked' | 'rootPids'> & {
  url: string;
  credentials: Credentials;
};

export function system({ url, credentials: { clientId, clientSecret, audience }, ...rest }: SystemParts): System {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, audience };
  return {
    ...rest,
    audience,
    tokenUrl: `${url}/oauth/token`,
    jwksUrl: `${url}/.well-known/jwks.json`,
    body: new URLSearchParams(form).toString(),
  };
}
