import '../../shared/telemetry/register.ts';
import { setTimeout } from 'node:timers/promises';
import { serveBatches } from '../../shared/bus/batch-responder.ts';
import { connectBus, onReconnect } from '../../shared/bus/connect.ts';
import { proofKey } from '../../shared/bus/proof.ts';
import { serveHealth, watchBus } from '../../shared/health.ts';
import { runService } from '../../shared/lifecycle.ts';
import { logger } from '../../shared/log.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { signingKeysIn } from '../../shared/store/signing-keys.ts';
import { concernsKeys, configChangedSubject } from '../../shared/subjects/config-changed.ts';
import { KeysManage, KEYS_MANAGE_QUEUE, keysManageSubject } from '../../shared/subjects/keys-manage.ts';
import { KeysPublic, KEYS_PUBLIC_QUEUE, keysPublicSubject } from '../../shared/subjects/keys-public.ts';
import { TokenSign, TOKEN_SIGN_QUEUE, tokenSignSubject } from '../../shared/subjects/token-sign.ts';
import { mintAccessToken } from './access-token.ts';
import { readConfig } from './config.ts';
import { openKeyRing } from './keys.ts';
import { createKeyManager } from './manage-keys.ts';
import { rotateBySchedule } from './rotate-by-schedule.ts';

/** Interval of reading the keys without an announced change. */
const RELOAD_INTERVAL_MS = 30_000;

/** After this time a request for public keys is answered with the previous ones, even if the keys are still being read. */
const MAX_WAIT_FOR_RELOAD_MS = 500;

/** Replies are held this long, so that RSA signatures finished together share a message: 10 % less CPU for an RS256 token. Others are all there at once. */
const HOLD_TOKENS_MS = 1;

runService('signer', async (endLater) => {
  const config = readConfig();
  const tenant = config.HOOKMINT_TENANT;

  const health = await serveHealth(config.HOOKMINT_HEALTH_PORT);
  endLater('the health checks', health.close);
  const store = await connectStore('signer', config, tenant);
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
  let reloading: Promise<unknown> = Promise.resolve();
  const reload = () => {
    reloading = keys
      .reload()
      .catch((error: unknown) => logger.error({ err: error }, 'signing keys not reloaded, the old ones stay'));
  };
  bus.subscribe(configChangedSubject(tenant), {
    callback: (_error, announcement) => {
      if (concernsKeys(announcement)) reload();
    },
  });
  void onReconnect(bus, reload);
  const publicationMs = config.HOOKMINT_KEY_PUBLICATION_SECONDS * 1_000;
  const rotate = rotateBySchedule(signingKeys, maker, { days: config.HOOKMINT_KEY_ROTATION_DAYS, publicationMs });
  const timer = setInterval(() => void rotate().finally(reload), RELOAD_INTERVAL_MS);
  endLater('the watch over the signing keys', () => clearInterval(timer));

  const gateways = proofKey(config.HOOKMINT_SIGN_REQUEST_KEY);
  const managements = proofKey(config.HOOKMINT_KEYS_REQUEST_KEY);
  const sign = serveBatches({
    connection: bus,
    subject: tokenSignSubject(tenant),
    queue: TOKEN_SIGN_QUEUE,
    schema: TokenSign,
    proofKeys: [gateways],
    maxInFlight: config.HOOKMINT_SIGNER_MAX_IN_FLIGHT,
    holdRepliesMs: HOLD_TOKENS_MS,
    handle: (request) => mintAccessToken(request, keys),
  });
  const publicKeys = serveBatches({
    connection: bus,
    subject: keysPublicSubject(tenant),
    queue: KEYS_PUBLIC_QUEUE,
    schema: KeysPublic,
    proofKeys: [gateways, managements],
    maxInFlight: config.HOOKMINT_SIGNER_MAX_IN_FLIGHT,
    handle: async () => {
      // Who asks has heard of a change just as this signer has, and must not be given the keys from before it.
      await Promise.race([reloading, setTimeout(MAX_WAIT_FOR_RELOAD_MS, undefined, { ref: false })]);
      return { keys: keys.publicKeys() };
    },
  });
  const management = serveBatches({
    connection: bus,
    subject: keysManageSubject(tenant),
    queue: KEYS_MANAGE_QUEUE,
    schema: KeysManage,
    proofKeys: [managements],
    maxInFlight: config.HOOKMINT_SIGNER_MAX_IN_FLIGHT,
    handle: createKeyManager(signingKeys, keys, maker, publicationMs),
  });
  endLater('requests under way', () => Promise.all([sign, publicKeys, management].map((served) => served.drain())));

  const busMissing = watchBus(bus);
  health.readyUnless(() => [...busMissing(), ...(keys.publicKeys().length === 0 ? ['there is no signing key'] : [])]);
  endLater('being ready', health.stopping);
});
