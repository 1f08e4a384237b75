import '../../shared/telemetry/register.ts';
import { createBatchRequester } from '../../shared/bus/batch-requester.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { eventsApi } from '../../shared/bus/streams/events.ts';
import { createEventPublisher } from '../../shared/bus/event-publisher.ts';
import { eventsProofKey } from '../../shared/bus/events-proof.ts';
import { proofKey } from '../../shared/bus/proof.ts';
import { connectToExecutors } from '../../shared/bus/untrusted-connection.ts';
import { fixedHeaders } from '../../shared/http/security-headers.ts';
import { connectionLimitsOf, listen } from '../../shared/http/server.ts';
import { tlsFilesOf } from '../../shared/http/tls-files.ts';
import { runService } from '../../shared/lifecycle.ts';
import { logger } from '../../shared/log.ts';
import { watchClock } from '../../shared/clock-watch.ts';
import { followPublicKeys } from '../../shared/public-keys.ts';
import { consoleLinksIn } from '../../shared/store/console-links.ts';
import { consoleSessionsIn } from '../../shared/store/console-sessions.ts';
import { createRecordingOpener, recordingPublicKey } from '../../shared/recording-seal.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { keepKeyChecks } from '../../shared/store/key-check.ts';
import { prepareConfiguration } from '../../shared/store/prepare.ts';
import { logsIn } from '../../shared/store/logs.ts';
import { revocationsIn } from '../../shared/store/revocations.ts';
import { tokenMinutesIn } from '../../shared/store/token-minutes.ts';
import { announcedKeys, configChangedSubject } from '../../shared/subjects/config-changed.ts';
import { HookDryRunReply, hookDryRunSubject, type HookDryRun } from '../../shared/subjects/hook-dry-run.ts';
import { hookRehearsalSubject, type HookRehearsal } from '../../shared/subjects/hook-rehearsal.ts';
import { KeysManageReply, keysManageSubject, type KeysManage } from '../../shared/subjects/keys-manage.ts';
import { KeysPublicReply, keysPublicSubject, type KeysPublic } from '../../shared/subjects/keys-public.ts';
import { observeBuilderWall } from '../../shared/telemetry/metrics.ts';
import { ApiError } from './api/api-error.ts';
import { createApp } from './app.ts';
import { bootstrap } from './bootstrap.ts';
import { readConfig } from './config.ts';
import { consoleAddress } from './console/console-address.ts';
import { signInSettings } from './console/sign-in/sign-in-settings.ts';
import { createGradualReports } from './gradual/gradual-reports.ts';
import { watchGradual } from './gradual/watch-gradual.ts';
import { forgetRevisions } from './hook-revisions/forget-revisions.ts';
import { openHookBuilder } from './hook-builder/hook-builder.ts';
import { keepRecordings } from './recordings/keep-recordings.ts';
import { boundLogs } from './logs/bound-logs.ts';
import { keepLogs } from './logs/keep-logs.ts';
import { createHookLogs } from './resources/hooks/hook-logs.ts';
import { openShadowReports } from './shadow/shadow-reports.ts';
import { ROUTES } from './routes.ts';

const SERVICE = 'management';
const MIB = 1_048_576;
/** A signer that could not read the keys leaves their management to the others until it has read them: it tries each second. */
const KEY_MANAGERS_COME_BACK_MS = 4_000;

runService(SERVICE, async (endLater) => {
  const config = readConfig();
  const tenant = config.HOOKMINT_TENANT;
  const audience = `${config.HOOKMINT_ISSUER}api/v2/`;

  const hookBuilder = await openHookBuilder(config);
  endLater('the hook-builder', hookBuilder.close);
  observeBuilderWall(hookBuilder.wall);
  await prepareStore(config);
  const clock = watchClock();
  const store = await connectStore(SERVICE, config, tenant, { heardTime: clock.heard });
  endLater('the store', store.close);
  const bus = await connectBus(SERVICE, config);
  endLater('the bus', () => bus.drain());
  const executorsBus = await connectToExecutors(SERVICE, config);
  endLater('the bus of the executors', () => executorsBus.connection.drain());

  const { HOOKMINT_CLIENT_SECRET_KEY, HOOKMINT_HOOK_SECRETS_KEY } = config;
  await keepKeyChecks(store.db, { HOOKMINT_CLIENT_SECRET_KEY, HOOKMINT_HOOK_SECRETS_KEY });
  const scopes = [...new Set(ROUTES.flatMap((route) => route.scopes))].sort();
  const signIn = signInSettings(config, { isServed: config.HOOKMINT_CONSOLE === 'on', scopes });
  await bootstrap(
    store.db,
    {
      audience,
      scopes,
      firstClient: {
        clientId: config.HOOKMINT_BOOTSTRAP_CLIENT_ID,
        clientSecret: config.HOOKMINT_BOOTSTRAP_CLIENT_SECRET,
      },
      clientSecretKey: config.HOOKMINT_CLIENT_SECRET_KEY,
    },
    // Not a log line: logs are kept, and this is shown once.
    (clientId, secret) =>
      process.stdout.write(`The first client of the Management API, shown this once: ${clientId} ${secret}\n`),
  );

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
  bus.subscribe(configChangedSubject(tenant), {
    callback: (_error, announcement) => {
      const announced = announcedKeys(announcement);
      if (announced !== undefined) void publicKeys.refresh(announced.version);
    },
  });

  const eventsKey = eventsProofKey(config.HOOKMINT_CLIENT_SECRET_KEY);
  const events = createEventPublisher(bus, tenant, eventsKey);
  endLater('the events', events.close);

  const gradualReports = createGradualReports();
  endLater(
    'the watch over gradual deployments',
    watchGradual({ bus, tenant, db: store.db, events, reports: gradualReports }).close,
  );

  const shadowReports = openShadowReports(bus, tenant);
  endLater('the reports of shadows', shadowReports.close);
  const openRecording = createRecordingOpener(HOOKMINT_HOOK_SECRETS_KEY);
  endLater(
    'the recordings',
    keepRecordings({ bus, tenant, db: store.db, publicKey: recordingPublicKey(HOOKMINT_HOOK_SECRETS_KEY) }).close,
  );

  const { hostname } = new URL(config.HOOKMINT_ISSUER);
  const bound = boundLogs(store.db, {
    maxBytes: config.HOOKMINT_LOG_MAX_MIB * MIB,
    reserveBytes: config.HOOKMINT_STORE_RESERVE_MIB * MIB,
    retentionSeconds: config.HOOKMINT_LOG_RETENTION_DAYS * 86_400,
    note: (note) => logs.note(note),
  });
  endLater("the logs' bound", bound.close);
  const logs = keepLogs({
    bus,
    api: eventsApi(config),
    db: store.db,
    key: eventsKey,
    hostname,
    mayAdd: bound.mayAdd,
  });
  endLater('the logs', logs.close);

  endLater('the removal of old revisions', forgetRevisions(store.db).close);

  const consoleUrl = config.HOOKMINT_CONSOLE_URL ?? config.HOOKMINT_ISSUER;
  const app = createApp(
    {
      tenant,
      issuer: config.HOOKMINT_ISSUER,
      audience,
      db: store.db,
      bus,
      hookLogs: createHookLogs(executorsBus, tenant),
      dryRunners,
      rehearsers,
      gradualReports,
      openRecording,
      shadowReports,
      publicKeys,
      keyManagers,
      clientSecretKey: config.HOOKMINT_CLIENT_SECRET_KEY,
      hookSecretsKey: config.HOOKMINT_HOOK_SECRETS_KEY,
      scopes,
      console: config.HOOKMINT_CONSOLE === 'on' ? consoleAddress(consoleUrl) : undefined,
      consoleUrl,
      traceUrl: config.HOOKMINT_CONSOLE_TRACE_URL,
      hookBuilder,
    },
    {
      events,
      warnings: logs.warnings,
      missing: clock.missing,
      requestsPerSecond: config.HOOKMINT_MANAGEMENT_RATE_LIMIT_PER_SECOND,
      trustedProxies: config.HOOKMINT_TRUSTED_PROXIES,
      signIn,
    },
  );
  const server = await listen(app, {
    host: config.HOOKMINT_HTTP_HOST,
    port: config.HOOKMINT_HTTP_PORT,
    tls: tlsFilesOf(config),
    drainMs: config.HOOKMINT_HTTP_DRAIN_MS,
    connections: connectionLimitsOf(config),
    headers: fixedHeaders(config.HOOKMINT_ISSUER),
    errorBody: (status, description) => new ApiError(status, 'invalid_request', description),
  });
  endLater('requests under way', server.close);
  logger.info({ port: server.port }, 'listening');
});

/** Documents of this version's shapes, and indexes: either may take long. */
async function prepareStore(config: ReturnType<typeof readConfig>): Promise<void> {
  const { db, close } = await connectStore(SERVICE, config, config.HOOKMINT_TENANT, { isPatient: true });
  try {
    await prepareConfiguration(db);
    await logsIn(db).createIndexes(config.HOOKMINT_LOG_RETENTION_DAYS);
    await Promise.all([tokenMinutesIn(db).createIndexes(), revocationsIn(db).createIndexes()]);
    await Promise.all([consoleLinksIn(db).createIndexes(), consoleSessionsIn(db).createIndexes()]);
  } finally {
    await close();
  }
}
