import '../../shared/telemetry/register.ts';
import { MAX_SHARED_MESSAGE_BYTES } from '../../shared/bus/batch.ts';
import { serveBatches } from '../../shared/bus/batch-responder.ts';
import { connectBus, onReconnect } from '../../shared/bus/connect.ts';
import { proofKey } from '../../shared/bus/proof.ts';
import { watchClock } from '../../shared/clock-watch.ts';
import { serveHealth, watchBus } from '../../shared/health.ts';
import { runService } from '../../shared/lifecycle.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { signingKeysIn } from '../../shared/store/signing-keys.ts';
import { announcedKeys, configChangedSubject } from '../../shared/subjects/config-changed.ts';
import { KeysManage, KEYS_MANAGE_QUEUE, keysManageSubject } from '../../shared/subjects/keys-manage.ts';
import { KeysPublic, KEYS_PUBLIC_QUEUE, keysPublicSubject } from '../../shared/subjects/keys-public.ts';
import { TokenSign, TOKEN_SIGN_QUEUE, tokenSignSubject } from '../../shared/subjects/token-sign.ts';
import { observeKeysAge } from '../../shared/telemetry/metrics.ts';
import { observeSigningSince } from '../../shared/telemetry/process-metrics.ts';
import { mintAccessToken } from './access-token.ts';
import { readConfig } from './config.ts';
import { openKeyRing } from './keys.ts';
import { watchKeys, type KeyState } from './key-watch.ts';
import { createKeyManager } from './manage-keys.ts';
import { rotateBySchedule } from './rotate-by-schedule.ts';

/** Replies are held this long, so that RSA signatures finished together share a message: 10 % less CPU for an RS256 token. Others are all there at once. */
const HOLD_TOKENS_MS = 1;

runService('signer', async (endLater) => {
  const config = readConfig();
  const tenant = config.HOOKMINT_TENANT;

  const health = await serveHealth(config.HOOKMINT_HEALTH_PORT);
  endLater('the health checks', health.close);
  const clock = watchClock();
  const store = await connectStore('signer', config, tenant, { heardTime: clock.heard });
  endLater('the store', store.close);
  const bus = await connectBus('signer', config);
  endLater('the bus', () => bus.drain());

  const signingKeys = signingKeysIn(store.db);
  await signingKeys.createIndexes();
  const maker = {
    encryptionKey: config.HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY,
    subject: config.HOOKMINT_ISSUER === undefined ? 'hookmint' : new URL(config.HOOKMINT_ISSUER).hostname,
  };
  const keys = await openKeyRing(signingKeys, maker);
  const publicationMs = config.HOOKMINT_KEY_PUBLICATION_SECONDS * 1_000;
  const rotate = rotateBySchedule(signingKeys, maker, { days: config.HOOKMINT_KEY_ROTATION_DAYS, publicationMs });
  const maxAgeMs = config.HOOKMINT_SIGNING_KEYS_MAX_AGE_SECONDS * 1_000;
  const watch = watchKeys(keys, { maxAgeMs, beforeRead: rotate, changed: (state) => joinGroups(state) });
  endLater('the watch over the signing keys', watch.close);
  observeKeysAge(keys.ageMs);
  observeSigningSince(keys.signingSinceMs);
  bus.subscribe(configChangedSubject(tenant), {
    callback: (_error, announcement) => {
      const announced = announcedKeys(announcement);
      if (announced !== undefined) watch.heardOf(announced.version);
    },
  });
  void onReconnect(bus, () => void watch.read());

  const gateways = proofKey(config.HOOKMINT_SIGN_REQUEST_KEY);
  const managements = proofKey(config.HOOKMINT_KEYS_REQUEST_KEY);
  const heardTime = (timeMs: number): void => clock.heard('who asks', timeMs);
  const sign = serveBatches({
    connection: bus,
    subject: tokenSignSubject(tenant),
    queue: TOKEN_SIGN_QUEUE,
    schema: TokenSign,
    proofKeys: [gateways],
    heardTime,
    maxMessageBytes: MAX_SHARED_MESSAGE_BYTES,
    maxInFlight: config.HOOKMINT_SIGNER_MAX_IN_FLIGHT,
    holdRepliesMs: HOLD_TOKENS_MS,
    handle: async (request) => {
      const assured = watch.assure(request.key_set_version);
      if (assured !== undefined) await assured;
      return mintAccessToken(request, keys);
    },
  });
  const publicKeys = serveBatches({
    connection: bus,
    subject: keysPublicSubject(tenant),
    queue: KEYS_PUBLIC_QUEUE,
    schema: KeysPublic,
    proofKeys: [gateways, managements],
    heardTime,
    maxMessageBytes: MAX_SHARED_MESSAGE_BYTES,
    maxInFlight: config.HOOKMINT_SIGNER_MAX_IN_FLIGHT,
    handle: async () => {
      // Who asks has heard of a change just as this signer has, and must not be given the keys from before it.
      await watch.untilRead();
      await watch.assure(undefined);
      return { keys: keys.publicKeys(), version: keys.version(), time_ms: Date.now() };
    },
  });
  const manage = createKeyManager(signingKeys, keys, maker, publicationMs);
  const management = serveBatches({
    connection: bus,
    subject: keysManageSubject(tenant),
    queue: KEYS_MANAGE_QUEUE,
    schema: KeysManage,
    proofKeys: [managements],
    maxMessageBytes: MAX_SHARED_MESSAGE_BYTES,
    maxInFlight: config.HOOKMINT_SIGNER_MAX_IN_FLIGHT,
    handle: (request) =>
      manage(request).catch((error: unknown) => {
        // If the store is away, others must be asked from now on.
        void watch.read();
        throw error;
      }),
  });
  function joinGroups(state: KeyState): void {
    // By a wrong clock a token would be dead when it is made. Those who ask for keys tell the time: they are still heard.
    const isRight = clock.missing().length === 0;
    sign.serve(state !== 'behind' && isRight);
    publicKeys.serve(state === 'current');
    management.serve(state === 'current' && isRight);
  }
  endLater('requests under way', () => Promise.all([sign, publicKeys, management].map((served) => served.drain())));

  const busMissing = watchBus(bus);
  health.readyUnless(() => [
    ...busMissing(),
    ...clock.missing(),
    ...(keys.publicKeys().length === 0 ? ['there is no signing key'] : []),
    ...missingOf(watch.state()),
  ]);
  endLater('being ready', health.stopping);
});

function missingOf(state: KeyState): string[] {
  if (state === 'behind') return ['there are newer signing keys, which cannot be read'];
  return state === 'old' ? ['the signing keys could not be read for too long'] : [];
}
