import '../../shared/telemetry/register.ts';
import { serveBatches } from '../../shared/bus/batch-responder.ts';
import { connectBus, onReconnect } from '../../shared/bus/connect.ts';
import { runService } from '../../shared/lifecycle.ts';
import { logger } from '../../shared/log.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { signingKeysIn } from '../../shared/store/signing-keys.ts';
import { configChangedSubject } from '../../shared/subjects/config-changed.ts';
import { KeysPublic, KEYS_PUBLIC_QUEUE, keysPublicSubject } from '../../shared/subjects/keys-public.ts';
import { TokenSign, TOKEN_SIGN_QUEUE, tokenSignSubject } from '../../shared/subjects/token-sign.ts';
import { mintAccessToken } from './access-token.ts';
import { readConfig } from './config.ts';
import { openKeyRing } from './keys.ts';

runService('signer', async (endLater) => {
  const config = readConfig();
  const tenant = config.HOOKMINT_TENANT;

  const store = await connectStore('signer', config, tenant);
  endLater('the store', store.close);
  const bus = await connectBus('signer', config);
  endLater('the bus', () => bus.drain());

  const signingKeys = signingKeysIn(store.db);
  await signingKeys.createIndexes();
  const keys = await openKeyRing(signingKeys, config.HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY);
  const reload = () => {
    keys
      .reload()
      .catch((error: unknown) => logger.error({ err: error }, 'signing keys not reloaded, the old ones stay'));
  };
  bus.subscribe(configChangedSubject(tenant), { callback: reload });
  void onReconnect(bus, reload);

  const sign = serveBatches({
    connection: bus,
    subject: tokenSignSubject(tenant),
    queue: TOKEN_SIGN_QUEUE,
    schema: TokenSign,
    maxInFlight: config.HOOKMINT_SIGNER_MAX_IN_FLIGHT,
    handle: (request) => mintAccessToken(request, keys),
  });
  const publicKeys = serveBatches({
    connection: bus,
    subject: keysPublicSubject(tenant),
    queue: KEYS_PUBLIC_QUEUE,
    schema: KeysPublic,
    maxInFlight: config.HOOKMINT_SIGNER_MAX_IN_FLIGHT,
    handle: () => Promise.resolve({ keys: keys.publicKeys() }),
  });
  endLater('requests under way', () => Promise.all([sign.drain(), publicKeys.drain()]));
});
