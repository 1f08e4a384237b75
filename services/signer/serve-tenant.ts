import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import { MAX_SHARED_MESSAGE_BYTES } from '../../shared/bus/batch.ts';
import { serveBatches } from '../../shared/bus/batch-responder.ts';
import { onReconnect } from '../../shared/bus/connect.ts';
import { proofKey } from '../../shared/bus/proof.ts';
import type { ClockWatch } from '../../shared/clock-watch.ts';
import { createEnds } from '../../shared/lifecycle.ts';
import { signingKeysIn } from '../../shared/store/signing-keys.ts';
import { announcedKeys, configChangedSubject } from '../../shared/subjects/config-changed.ts';
import { KeysManage, KEYS_MANAGE_QUEUE, keysManageSubject } from '../../shared/subjects/keys-manage.ts';
import { KeysPublic, KEYS_PUBLIC_QUEUE, keysPublicSubject } from '../../shared/subjects/keys-public.ts';
import { TokenSign, TOKEN_SIGN_QUEUE, tokenSignSubject } from '../../shared/subjects/token-sign.ts';
import { tenantKeys } from '../../shared/tenants/tenant-keys.ts';
import { mintAccessToken } from './access-token.ts';
import type { readConfig } from './config.ts';
import { openKeyRing, type KeyRing } from './keys.ts';
import { watchKeys, type KeyState, type KeyWatch } from './key-watch.ts';
import { createKeyManager } from './manage-keys.ts';
import { rotateBySchedule } from './rotate-by-schedule.ts';

/** Replies are held this long, so that RSA signatures finished together share a message: 10 % less CPU for an RS256 token. Others are all there at once. */
const HOLD_TOKENS_MS = 1;

/** What all tenants of a signer share. */
export type SignerProcess = { config: ReturnType<typeof readConfig>; bus: NatsConnection; clock: ClockWatch };

export type TenantToSignFor = {
  tenant: string;
  /** `undefined`: not known; the keys' certificates do not name it then. */
  issuer: string | undefined;
  db: Db;
  /** Whether it is the deployment's own, whose keys are encrypted with the key that the process is given. */
  isOwn: boolean;
};

/** The keys of a tenant, and what becomes of them. */
export type OpenedKeys = {
  ring: KeyRing;
  watch: KeyWatch;
  manage: ReturnType<typeof createKeyManager>;
  close: () => Promise<void>;
};

/** Reads a tenant's keys, making what is not there yet, and follows their changes. */
export async function openKeys(
  { config, bus }: SignerProcess,
  { tenant, issuer, db, isOwn }: TenantToSignFor,
  changed: (state: KeyState) => void,
): Promise<OpenedKeys> {
  const { endLater, end } = createEnds();
  const signingKeys = signingKeysIn(db);
  await signingKeys.createIndexes();
  const maker = {
    encryptionKey: tenantKeys(isOwn ? undefined : tenant).of(config.HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY),
    subject: issuer === undefined ? 'hookmint' : new URL(issuer).hostname,
  };
  const ring = await openKeyRing(signingKeys, maker);
  const publicationMs = config.HOOKMINT_KEY_PUBLICATION_SECONDS * 1_000;
  const rotate = rotateBySchedule(signingKeys, maker, { days: config.HOOKMINT_KEY_ROTATION_DAYS, publicationMs });
  const maxAgeMs = config.HOOKMINT_SIGNING_KEYS_MAX_AGE_SECONDS * 1_000;
  const watch = watchKeys(ring, { maxAgeMs, beforeRead: rotate, changed });
  endLater('the watch over the signing keys', watch.close);
  const changes = bus.subscribe(configChangedSubject(tenant), {
    callback: (_error, announcement) => {
      const announced = announcedKeys(announcement);
      if (announced !== undefined) watch.heardOf(announced.version);
    },
  });
  endLater('the changes of the keys', () => changes.unsubscribe());
  endLater(
    'the watch over the connection',
    onReconnect(bus, () => void watch.read()),
  );
  return { ring, watch, manage: createKeyManager(signingKeys, ring, maker, publicationMs), close: end };
}

/**
 * Answers what gateways and management ask of a tenant's keys. Those of the deployment's own are opened first: until then other signers are asked. Those of a hosted
 * tenant are opened by its first request, and where they cannot be had, that is answered an error, and the next one tries again.
 */
export function serveTenant(shared: SignerProcess, of: TenantToSignFor) {
  const { config, bus, clock } = shared;
  const { tenant } = of;
  let opened: Promise<OpenedKeys> | undefined;
  let known: OpenedKeys | undefined;

  async function openNow(): Promise<OpenedKeys> {
    try {
      known = await openKeys(shared, of, joinGroups);
      joinGroups(known.watch.state());
      return known;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  }
  const open = (): Promise<OpenedKeys> => (opened ??= openNow());

  const gateways = proofKey(config.HOOKMINT_SIGN_REQUEST_KEY);
  const managements = proofKey(config.HOOKMINT_KEYS_REQUEST_KEY);
  const heardTime = (timeMs: number): void => clock.heard('who asks', timeMs);
  const common = {
    connection: bus,
    heardTime,
    isServing: !of.isOwn,
    maxMessageBytes: MAX_SHARED_MESSAGE_BYTES,
    maxInFlight: config.HOOKMINT_SIGNER_MAX_IN_FLIGHT,
  };
  const sign = serveBatches({
    ...common,
    subject: tokenSignSubject(tenant),
    queue: TOKEN_SIGN_QUEUE,
    schema: TokenSign,
    proofKeys: [gateways],
    holdRepliesMs: HOLD_TOKENS_MS,
    handle: async (request) => {
      const { ring, watch } = known ?? (await open());
      const assured = watch.assure(request.key_set_version);
      if (assured !== undefined) await assured;
      return mintAccessToken(request, ring);
    },
  });
  const publicKeys = serveBatches({
    ...common,
    subject: keysPublicSubject(tenant),
    queue: KEYS_PUBLIC_QUEUE,
    schema: KeysPublic,
    proofKeys: [gateways, managements],
    handle: async () => {
      const { ring, watch } = known ?? (await open());
      // Who asks has heard of a change just as this signer has, and must not be given the keys from before it.
      await watch.untilRead();
      await watch.assure(undefined);
      return { keys: ring.publicKeys(), version: ring.version(), time_ms: Date.now() };
    },
  });
  const management = serveBatches({
    ...common,
    subject: keysManageSubject(tenant),
    queue: KEYS_MANAGE_QUEUE,
    schema: KeysManage,
    proofKeys: [managements],
    handle: async (request) => {
      const { manage, watch } = known ?? (await open());
      return manage(request).catch((error: unknown) => {
        // If the store is away, others must be asked from now on.
        void watch.read();
        throw error;
      });
    },
  });
  const responders = [sign, publicKeys, management];

  function joinGroups(state: KeyState): void {
    // By a wrong clock a token would be dead when it is made. Those who ask for keys tell the time: they are still heard.
    const isRight = clock.missing().length === 0;
    sign.serve(state !== 'behind' && isRight);
    publicKeys.serve(state === 'current');
    management.serve(state === 'current' && isRight);
  }

  return {
    open,
    close: async (): Promise<void> => {
      await Promise.all(responders.map((served) => served.drain()));
      await known?.close();
    },
  };
}
