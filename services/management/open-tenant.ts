import type { NatsConnection } from '@nats-io/transport-node';
import type { Express } from 'express';
import type { Db } from 'mongodb';
import type { UntrustedConnection } from '../../shared/bus/untrusted-connection.ts';
import type { ClockWatch } from '../../shared/clock-watch.ts';
import { createEnds } from '../../shared/lifecycle.ts';
import { createBatchRequester } from '../../shared/bus/batch-requester.ts';
import { createEventPublisher } from '../../shared/bus/event-publisher.ts';
import { eventsProofKey } from '../../shared/bus/events-proof.ts';
import { proofKey } from '../../shared/bus/proof.ts';
import { followPublicKeys } from '../../shared/public-keys.ts';
import { createRecordingOpener, recordingPublicKey } from '../../shared/recording-seal.ts';
import { checkKeys } from '../../shared/store/key-check.ts';
import { announcedKeys, configChangedSubject } from '../../shared/subjects/config-changed.ts';
import { HookDryRunReply, hookDryRunSubject, type HookDryRun } from '../../shared/subjects/hook-dry-run.ts';
import { hookRehearsalSubject, type HookRehearsal } from '../../shared/subjects/hook-rehearsal.ts';
import { KeysManageReply, keysManageSubject, type KeysManage } from '../../shared/subjects/keys-manage.ts';
import { KeysPublicReply, keysPublicSubject, type KeysPublic } from '../../shared/subjects/keys-public.ts';
import { createApp } from './app.ts';
import type { readConfig } from './config.ts';
import type { Hosting } from './hosting/hosting.ts';
import type { HookBuilder } from './hook-builder/hook-builder.ts';
import type { LogsOfTenant } from './logs/keep-logs.ts';
import { LogNotes } from './logs/log-notes.ts';
import { managementAudience } from './management-audience.ts';
import { keysOf, SCOPES } from './prepare-tenant.ts';
import { consoleAddress } from './console/console-address.ts';
import { signInSettings } from './console/sign-in/sign-in-settings.ts';
import { createGradualReports } from './gradual/gradual-reports.ts';
import { watchGradual } from './gradual/watch-gradual.ts';
import { forgetRevisions } from './hook-revisions/forget-revisions.ts';
import { keepRecordings } from './recordings/keep-recordings.ts';
import { boundLogs } from './logs/bound-logs.ts';
import { createHookLogs } from './resources/hooks/hook-logs.ts';
import { openShadowReports } from './shadow/shadow-reports.ts';

const SERVICE = 'management';
const MIB = 1_048_576;
/** A signer that could not read the keys leaves their management to the others until it has read them: it tries each second. */
const KEY_MANAGERS_COME_BACK_MS = 4_000;

/** What all tenants of a management service share. */
export type ManagementProcess = {
  config: ReturnType<typeof readConfig>;
  bus: NatsConnection;
  executorsBus: UntrustedConnection;
  clock: ClockWatch;
  hookBuilder: HookBuilder;
};

export type TenantToManage = {
  tenant: string;
  issuer: string;
  db: Db;
  /** Whether it is the deployment's own, which has the console, and whose keys are those that the process is given. */
  isOwn: boolean;
  /** Of the deployment's own, where it may make others. */
  hosting?: Hosting | undefined;
  /** What keeps the process from being ready, and what its operator must know, for `/readyz`. */
  missing: () => string[];
  warnings: () => string[];
};

/** A tenant whose API is served. */
export type ManagedTenant = {
  app: Express;
  logs: LogsOfTenant;
  /** Whether the store has room for logs. */
  mayAddLogs: () => boolean;
  close: () => Promise<void>;
};

/** Opens what one tenant's API and logs need. Its database must have been made ready. */
export async function openTenant(shared: ManagementProcess, of: TenantToManage): Promise<ManagedTenant> {
  const ends = createEnds();
  try {
    return await opened(shared, of, ends);
  } catch (error) {
    await ends.end();
    throw error;
  }
}

async function opened(
  shared: ManagementProcess,
  of: TenantToManage,
  { endLater, end }: ReturnType<typeof createEnds>,
): Promise<ManagedTenant> {
  const { config, bus, executorsBus, clock, hookBuilder } = shared;
  const { tenant, issuer, db, isOwn, hosting } = of;
  const audience = managementAudience(issuer);
  const { clientSecretKey, hookSecretsKey } = keysOf(config, of);
  await checkKeys(db, { HOOKMINT_CLIENT_SECRET_KEY: clientSecretKey, HOOKMINT_HOOK_SECRETS_KEY: hookSecretsKey });
  const hasConsole = isOwn && config.HOOKMINT_CONSOLE === 'on';
  const signIn = isOwn ? signInSettings(config, { isServed: hasConsole, scopes: SCOPES }) : undefined;
  const keysRequestKey = proofKey(config.HOOKMINT_KEYS_REQUEST_KEY);
  const keySigners = createBatchRequester<KeysPublic, KeysPublicReply>({
    connection: bus,
    service: SERVICE,
    subject: keysPublicSubject(tenant),
    replySchema: KeysPublicReply,
    proofKey: keysRequestKey,
  });
  endLater('the requests on the bus', keySigners.close);
  const dryRunners = createBatchRequester<HookDryRun, HookDryRunReply>({
    ...executorsBus,
    service: SERVICE,
    subject: hookDryRunSubject(tenant),
    replySchema: HookDryRunReply,
  });
  endLater('the dry runs', dryRunners.close);
  const rehearsers = createBatchRequester<HookRehearsal, HookDryRunReply>({
    ...executorsBus,
    service: SERVICE,
    subject: hookRehearsalSubject(tenant),
    replySchema: HookDryRunReply,
  });
  endLater('the rehearsals', rehearsers.close);
  const keyManagers = createBatchRequester<KeysManage, KeysManageReply>({
    connection: bus,
    service: SERVICE,
    subject: keysManageSubject(tenant),
    replySchema: KeysManageReply,
    proofKey: keysRequestKey,
    comesBackMs: KEY_MANAGERS_COME_BACK_MS,
  });
  endLater('the requests to the signers', keyManagers.close);
  const publicKeys = followPublicKeys(keySigners, (timeMs) => clock.heard('signers', timeMs));
  endLater('the public keys', publicKeys.close);
  void publicKeys.refresh();
  const changes = bus.subscribe(configChangedSubject(tenant), {
    callback: (_error, announcement) => {
      const announced = announcedKeys(announcement);
      if (announced !== undefined) void publicKeys.refresh(announced.version);
    },
  });
  endLater('the changes of the keys', () => changes.unsubscribe());

  const events = createEventPublisher(bus, tenant, eventsProofKey(clientSecretKey));
  endLater('the events', events.close);

  const gradualReports = createGradualReports();
  endLater(
    'the watch over gradual deployments',
    watchGradual({ bus, tenant, db, events, reports: gradualReports }).close,
  );

  const shadowReports = openShadowReports(bus, tenant);
  endLater('the reports of shadows', shadowReports.close);
  const openRecording = createRecordingOpener(hookSecretsKey);
  endLater('the recordings', keepRecordings({ bus, tenant, db, publicKey: recordingPublicKey(hookSecretsKey) }).close);

  const { hostname } = new URL(issuer);
  const notes = new LogNotes();
  const bound = boundLogs(db, {
    maxBytes: config.HOOKMINT_LOG_MAX_MIB * MIB,
    reserveBytes: config.HOOKMINT_STORE_RESERVE_MIB * MIB,
    retentionSeconds: config.HOOKMINT_LOG_RETENTION_DAYS * 86_400,
    note: (note) => notes.add(note),
    isMeasured: isOwn,
  });
  endLater("the logs' bound", bound.close);
  const logs: LogsOfTenant = { db, hostname, notes };
  endLater('the removal of old revisions', forgetRevisions(db).close);

  const consoleUrl = config.HOOKMINT_CONSOLE_URL ?? issuer;
  const app = createApp(
    {
      tenant,
      issuer,
      audience,
      db,
      bus,
      hookLogs: createHookLogs(executorsBus, tenant),
      dryRunners,
      rehearsers,
      gradualReports,
      openRecording,
      shadowReports,
      publicKeys,
      keyManagers,
      clientSecretKey,
      hookSecretsKey,
      scopes: SCOPES,
      hosting,
      console: hasConsole ? consoleAddress(consoleUrl) : undefined,
      consoleUrl,
      traceUrl: config.HOOKMINT_CONSOLE_TRACE_URL,
      hookBuilder,
    },
    {
      events,
      warnings: of.warnings,
      missing: of.missing,
      requestsPerSecond: config.HOOKMINT_MANAGEMENT_RATE_LIMIT_PER_SECOND,
      trustedProxies: config.HOOKMINT_TRUSTED_PROXIES,
      signIn,
    },
  );
  return { app, logs, mayAddLogs: bound.mayAdd, close: end };
}
