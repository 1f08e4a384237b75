import '../../shared/telemetry/register.ts';
import { createBatchRequester } from '../../shared/bus/batch-requester.ts';
import { connectBus, onReconnect } from '../../shared/bus/connect.ts';
import { createEventPublisher } from '../../shared/bus/event-publisher.ts';
import { eventsProofKey } from '../../shared/bus/events-proof.ts';
import { proofKey } from '../../shared/bus/proof.ts';
import { watchServed } from '../../shared/bus/watch-served.ts';
import { connectToExecutors } from '../../shared/bus/untrusted-connection.ts';
import { watchClock } from '../../shared/clock-watch.ts';
import { fixedHeaders } from '../../shared/http/security-headers.ts';
import { connectionLimitsOf, listen } from '../../shared/http/server.ts';
import { tlsFilesOf } from '../../shared/http/tls-files.ts';
import { watchBus } from '../../shared/health.ts';
import { runService } from '../../shared/lifecycle.ts';
import { logger } from '../../shared/log.ts';
import { followPublicKeys } from '../../shared/public-keys.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { checkKeys } from '../../shared/store/key-check.ts';
import { announcedChanges, announcedKeys, configChangedSubject } from '../../shared/subjects/config-changed.ts';
import { HookDryRunReply } from '../../shared/subjects/hook-dry-run.ts';
import { hookRehearsalSubject, type HookRehearsal } from '../../shared/subjects/hook-rehearsal.ts';
import { KeysPublicReply, keysPublicSubject, type KeysPublic } from '../../shared/subjects/keys-public.ts';
import {
  TokenRequestedReply,
  tokenRequestedSubject,
  type TokenRequested,
} from '../../shared/subjects/token-requested.ts';
import { TokenSignReply, tokenSignSubject, type TokenSign } from '../../shared/subjects/token-sign.ts';
import { observeConfigurationAge } from '../../shared/telemetry/metrics.ts';
import { createApp } from './app.ts';
import { createFetchKeySet } from './client-keys/fetch-key-set.ts';
import { createKeySets } from './client-keys/key-sets.ts';
import { readConfig } from './config.ts';
import { mutualTlsOf } from './client-certificate/mutual-tls.ts';
import { createDpopNonces } from './dpop/nonces.ts';
import { openGradualWatch } from './gradual/gradual-watch.ts';
import { SIGNER_COMES_BACK_MS } from './limits.ts';
import { readConfigurationFrom } from './configuration-cache.ts';
import { openRequestLimits } from './admission/open-admission.ts';
import { openRecorder } from './recording/recorder.ts';
import { createRefusalSampler } from './sample-refusals.ts';
import { openShadowRuns } from './shadow/shadow-runs.ts';
import { createUseOnce } from './steps/use-once.ts';
import { tokenStoreIn } from './token-status/token-store.ts';

const SERVICE = 'gateway';

/** Of the question whether any signer is there. */
const PROBE_DEADLINE_MS = 2_000;

runService(SERVICE, async (endLater) => {
  const config = readConfig();
  const tenant = config.HOOKMINT_TENANT;
  const mutualTls = mutualTlsOf(config);

  const clock = watchClock();
  const store = await connectStore(SERVICE, config, tenant, { heardTime: clock.heard });
  endLater('the store', store.close);
  const { HOOKMINT_CLIENT_SECRET_KEY } = config;
  await checkKeys(store.db, { HOOKMINT_CLIENT_SECRET_KEY });
  const bus = await connectBus(SERVICE, config);
  endLater('the bus', () => bus.drain());
  const busMissing = watchBus(bus);
  const executorsBus = await connectToExecutors(SERVICE, config);
  endLater('the bus of the executors', () => executorsBus.connection.drain());

  const executorsWatch = watchServed(executorsBus.connection);
  const signersWatch = watchServed(
    bus,
    () => void keySigners.request({}, Date.now() + PROBE_DEADLINE_MS).catch(() => undefined),
  );
  endLater('the watch over who serves', () => {
    for (const watch of [executorsWatch, signersWatch]) watch.close();
  });

  const signRequestKey = proofKey(config.HOOKMINT_SIGN_REQUEST_KEY);
  const executors = createBatchRequester<TokenRequested, TokenRequestedReply>({
    ...executorsBus,
    service: SERVICE,
    subject: tokenRequestedSubject(tenant),
    replySchema: TokenRequestedReply,
    heard: executorsWatch.heard,
  });
  const signers = createBatchRequester<TokenSign, TokenSignReply>({
    connection: bus,
    service: SERVICE,
    subject: tokenSignSubject(tenant),
    replySchema: TokenSignReply,
    proofKey: signRequestKey,
    comesBackMs: SIGNER_COMES_BACK_MS,
    heard: signersWatch.heard,
  });
  const keySigners = createBatchRequester<KeysPublic, KeysPublicReply>({
    connection: bus,
    service: SERVICE,
    subject: keysPublicSubject(tenant),
    replySchema: KeysPublicReply,
    proofKey: signRequestKey,
    heard: signersWatch.heard,
  });
  endLater('the requests on the bus', () => {
    for (const requester of [executors, signers, keySigners]) requester.close();
  });

  const events = createEventPublisher(bus, tenant, eventsProofKey(HOOKMINT_CLIENT_SECRET_KEY));
  endLater('the token events', events.close);
  const refusals = createRefusalSampler((event) => events.publish(event));
  endLater('the refusals that were counted', refusals.close);

  const limits = await openRequestLimits(config, bus, events);
  endLater('the counts of tokens', limits.close);

  const publicKeys = followPublicKeys(keySigners, (timeMs) => clock.heard('signers', timeMs));
  endLater('the public keys', publicKeys.close);
  void publicKeys.refresh();

  const configuration = readConfigurationFrom(
    store.db,
    (config.HOOKMINT_CONFIGURATION_MAX_AGE_SECONDS ?? Infinity) * 1_000,
  );
  observeConfigurationAge(configuration.ageMs);
  bus.subscribe(configChangedSubject(tenant), {
    callback: (_error, announcement) => {
      configuration.changed(announcedChanges(announcement));
      const announced = announcedKeys(announcement);
      if (announced !== undefined) void publicKeys.refresh(announced.version);
    },
  });
  void onReconnect(bus, () => {
    configuration.changed(undefined);
    void publicKeys.refresh();
  });

  const gradual = openGradualWatch(bus, tenant, configuration);
  endLater('the watch over gradual deployments', gradual.close);

  const recorder = openRecorder(bus, { tenant, issuer: config.HOOKMINT_ISSUER }, configuration);
  endLater('the requests that are recorded', recorder.close);

  const rehearsers = createBatchRequester<HookRehearsal, HookDryRunReply>({
    ...executorsBus,
    service: SERVICE,
    subject: hookRehearsalSubject(tenant),
    replySchema: HookDryRunReply,
  });
  const shadows = openShadowRuns(bus, tenant, rehearsers, configuration);
  endLater('the shadows of hooks', () => {
    shadows.close();
    rehearsers.close();
  });

  const missing = (): string[] => [
    ...busMissing(),
    ...clock.missing(),
    ...(signersWatch.isDoubted() ? ['no signer answers'] : []),
    ...(publicKeys.keys() === undefined ? ['no signer has sent its public keys yet'] : []),
  ];
  const app = createApp({
    issuer: {
      tenant,
      issuer: config.HOOKMINT_ISSUER,
      mtlsUrl: config.HOOKMINT_MTLS_URL,
      findCertificate: mutualTls.findCertificate,
      clientSecretKey: config.HOOKMINT_CLIENT_SECRET_KEY,
      useOnce: createUseOnce(bus, tenant),
      findKey: createKeySets(createFetchKeySet(config.HOOKMINT_JWKS_ALLOWED_ADDRESSES)),
      dpopNonces:
        config.HOOKMINT_DPOP_NONCE === 'required' ? createDpopNonces(config.HOOKMINT_SIGN_REQUEST_KEY) : undefined,
      configuration,
      executors,
      actionCache: {},
      gradual,
      recorder,
      shadows,
      signers,
      publicKeys,
      limits,
      tokens: tokenStoreIn(store.db),
      missing,
    },
    events,
    refusals,
    maxInFlight: config.HOOKMINT_MAX_REQUESTS_IN_FLIGHT,
    trustedProxies: config.HOOKMINT_TRUSTED_PROXIES,
    hasMutualTls: mutualTls.isOn,
    managementUrl: config.HOOKMINT_MANAGEMENT_URL,
    hasConsole: config.HOOKMINT_CONSOLE === 'on',
  });
  const serving = {
    host: config.HOOKMINT_HTTP_HOST,
    drainMs: config.HOOKMINT_HTTP_DRAIN_MS,
    connections: connectionLimitsOf(config),
    headers: fixedHeaders(config.HOOKMINT_ISSUER),
    errorBody: (_status: number, description: string) => ({ error: 'invalid_request', error_description: description }),
  };
  const { port, tls } = mutualTls;
  const servers = await Promise.all([
    listen(app, { ...serving, port: config.HOOKMINT_HTTP_PORT, tls: tlsFilesOf(config) }),
    ...(port === undefined ? [] : [listen(app, { ...serving, port, tls })]),
  ]);
  endLater('requests under way', () => Promise.all(servers.map(({ close }) => close())));
  logger.info({ port: servers[0].port, mtls_port: servers[1]?.port }, 'listening');
});
