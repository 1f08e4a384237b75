import type { RequestListener } from 'node:http';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import { createBatchRequester, type BatchRequester } from '../../shared/bus/batch-requester.ts';
import { onReconnect } from '../../shared/bus/connect.ts';
import { createEventPublisher } from '../../shared/bus/event-publisher.ts';
import { eventsProofKey } from '../../shared/bus/events-proof.ts';
import { proofKey } from '../../shared/bus/proof.ts';
import type { UntrustedConnection } from '../../shared/bus/untrusted-connection.ts';
import type { ServedWatch } from '../../shared/bus/watch-served.ts';
import type { ClockWatch } from '../../shared/clock-watch.ts';
import { createEnds } from '../../shared/lifecycle.ts';
import { followPublicKeys } from '../../shared/public-keys.ts';
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
import { tenantKeys } from '../../shared/tenants/tenant-keys.ts';
import { placesOf, type PlacesOfAll } from './admission/in-flight.ts';
import { openRequestLimits } from './admission/open-admission.ts';
import { createApp } from './app.ts';
import { createFetchKeySet } from './client-keys/fetch-key-set.ts';
import { createKeySets } from './client-keys/key-sets.ts';
import type { MutualTls } from './client-certificate/mutual-tls.ts';
import type { readConfig } from './config.ts';
import { readConfigurationFrom, type Configuration } from './configuration-cache.ts';
import { createDpopNonces } from './dpop/nonces.ts';
import { openGradualWatch } from './gradual/gradual-watch.ts';
import { SIGNER_COMES_BACK_MS } from './limits.ts';
import type { managementProxy } from './routes/management.ts';
import { openRecorder } from './recording/recorder.ts';
import { createRefusalSampler } from './sample-refusals.ts';
import { openShadowRuns } from './shadow/shadow-runs.ts';
import { createUseOnce } from './steps/use-once.ts';
import { tokenStoreIn } from './token-status/token-store.ts';

/** What all tenants of a gateway share. */
export type GatewayProcess = {
  service: string;
  config: ReturnType<typeof readConfig>;
  bus: NatsConnection;
  executorsBus: UntrustedConnection;
  executorsWatch: ServedWatch;
  signersWatch: ServedWatch;
  clock: ClockWatch;
  mutualTls: MutualTls;
  /** Tells that the list of tenants was written. */
  tenantsChanged: () => void;
  /** For token requests, and for what becomes of tokens. */
  places: { token: PlacesOfAll; status: PlacesOfAll };
  /** What forwards to the management service; `undefined`: nothing is. */
  management: ReturnType<typeof managementProxy> | undefined;
  /** What keeps the process from being ready, whatever the tenant. */
  missing: () => string[];
};

/** One of the tenants that a gateway serves. */
export type TenantToServe = {
  tenant: string;
  issuer: string;
  db: Db;
  /** Whether it is the deployment's own, which the process is ready by, and whose keys are those that it is given. */
  isOwn: boolean;
};

/** A tenant that is served: all that is known and kept of it is in here, and ends with it. */
export type ServedTenant = {
  listener: RequestListener;
  configuration: Configuration;
  keySigners: BatchRequester<KeysPublic, KeysPublicReply>;
  close: () => Promise<void>;
};

/** Opens what one tenant's requests need: its configuration, keys, limits, events, and its endpoints. */
export async function openTenant(shared: GatewayProcess, served: TenantToServe): Promise<ServedTenant> {
  const ends = createEnds();
  try {
    return await opened(shared, served, ends);
  } catch (error) {
    await ends.end();
    throw error;
  }
}

async function opened(
  shared: GatewayProcess,
  served: TenantToServe,
  { endLater, end }: ReturnType<typeof createEnds>,
): Promise<ServedTenant> {
  const { service, config, bus, executorsBus, clock, mutualTls } = shared;
  const { tenant, issuer, db, isOwn } = served;
  const keys = tenantKeys(isOwn ? undefined : tenant);
  const clientSecretKey = keys.of(config.HOOKMINT_CLIENT_SECRET_KEY);
  await checkKeys(db, { HOOKMINT_CLIENT_SECRET_KEY: clientSecretKey });

  // That nobody serves a hosted tenant says nothing of the server: an older service may not know of it.
  const heardOf =
    ({ heard }: ServedWatch) =>
    (isServed: boolean): void => {
      if (isServed || isOwn) heard(isServed);
    };
  const signRequestKey = proofKey(config.HOOKMINT_SIGN_REQUEST_KEY);
  const executors = createBatchRequester<TokenRequested, TokenRequestedReply>({
    ...executorsBus,
    service,
    subject: tokenRequestedSubject(tenant),
    replySchema: TokenRequestedReply,
    heard: heardOf(shared.executorsWatch),
  });
  const signers = createBatchRequester<TokenSign, TokenSignReply>({
    connection: bus,
    service,
    subject: tokenSignSubject(tenant),
    replySchema: TokenSignReply,
    proofKey: signRequestKey,
    comesBackMs: SIGNER_COMES_BACK_MS,
    heard: heardOf(shared.signersWatch),
  });
  const keySigners = createBatchRequester<KeysPublic, KeysPublicReply>({
    connection: bus,
    service,
    subject: keysPublicSubject(tenant),
    replySchema: KeysPublicReply,
    proofKey: signRequestKey,
    heard: heardOf(shared.signersWatch),
  });
  const rehearsers = createBatchRequester<HookRehearsal, HookDryRunReply>({
    ...executorsBus,
    service,
    subject: hookRehearsalSubject(tenant),
    replySchema: HookDryRunReply,
  });
  endLater('the requests on the bus', () => {
    for (const requester of [executors, signers, keySigners, rehearsers]) requester.close();
  });

  const events = createEventPublisher(bus, tenant, eventsProofKey(clientSecretKey));
  endLater('the token events', events.close);
  const refusals = createRefusalSampler((event) => events.publish(event));
  endLater('the refusals that were counted', refusals.close);

  const limits = await openRequestLimits(config, bus, tenant, events);
  endLater('the counts of tokens', limits.close);

  const publicKeys = followPublicKeys(keySigners, (timeMs) => clock.heard('signers', timeMs));
  endLater('the public keys', publicKeys.close);
  void publicKeys.refresh();

  const configuration = readConfigurationFrom(db, (config.HOOKMINT_CONFIGURATION_MAX_AGE_SECONDS ?? Infinity) * 1_000);
  const changes = bus.subscribe(configChangedSubject(tenant), {
    callback: (_error, announcement) => {
      configuration.changed(announcedChanges(announcement));
      const announced = announcedKeys(announcement);
      if (announced !== undefined) void publicKeys.refresh(announced.version);
    },
  });
  endLater('the changes of the configuration', () => changes.unsubscribe());
  endLater(
    'the watch over the connection',
    onReconnect(bus, () => {
      configuration.changed(undefined);
      void publicKeys.refresh();
    }),
  );

  const gradual = openGradualWatch(bus, tenant, configuration);
  endLater('the watch over gradual deployments', gradual.close);
  const recorder = openRecorder(bus, { tenant, issuer }, configuration);
  endLater('the requests that are recorded', recorder.close);
  const shadows = openShadowRuns(bus, tenant, rehearsers, configuration);
  endLater('the shadows of hooks', shadows.close);

  const missing = (): string[] => [
    ...shared.missing(),
    ...(publicKeys.keys() === undefined ? ['no signer has sent its public keys yet'] : []),
  ];
  const listener = createApp({
    issuer: {
      tenant,
      issuer,
      mtlsUrl: isOwn ? config.HOOKMINT_MTLS_URL : undefined,
      findCertificate: mutualTls.findCertificate,
      clientSecretKey,
      useOnce: createUseOnce(bus, tenant),
      // What the operator opens to its own clients is not opened to others'.
      findKey: createKeySets(createFetchKeySet(isOwn ? config.HOOKMINT_JWKS_ALLOWED_ADDRESSES : [])),
      dpopNonces:
        config.HOOKMINT_DPOP_NONCE === 'required'
          ? createDpopNonces(keys.of(config.HOOKMINT_SIGN_REQUEST_KEY))
          : undefined,
      configuration,
      executors,
      actionCache: {},
      gradual,
      recorder,
      shadows,
      signers,
      publicKeys,
      limits,
      tokens: tokenStoreIn(db),
      missing,
    },
    events,
    refusals,
    places: isOwn
      ? shared.places
      : { token: placesOf(tenant, shared.places.token), status: placesOf(tenant, shared.places.status) },
    trustedProxies: config.HOOKMINT_TRUSTED_PROXIES,
    changed: (changes) => {
      if (isOwn && changes?.some(({ collection }) => collection === 'tenants') !== false) shared.tenantsChanged();
      configuration.changed(changes);
    },
    hasMutualTls: mutualTls.isOn,
    management:
      shared.management === undefined
        ? undefined
        : {
            ...shared.management,
            places: isOwn ? shared.management.places : placesOf(tenant, shared.management.places),
            hosted: isOwn ? undefined : tenant,
            // Sessions are cookies of a host, which tenants may share.
            hasConsole: isOwn && config.HOOKMINT_CONSOLE === 'on',
          },
  });
  return { listener, configuration, keySigners, close: end };
}
