import { createHash, type KeyObject } from 'node:crypto';
import { HookmintError } from '../../shared/errors.ts';
import { logger } from '../../shared/log.ts';
import { MAX_TOKEN_LIFETIME_SECONDS, SigningAlg } from '../../shared/domain/resource-server.ts';
import type { SigningKey, SigningKeys } from '../../shared/store/signing-keys.ts';
import type { PublicJwk } from '../../shared/subjects/keys-public.ts';
import { signingKeyOf, type KeyMaker } from './key-maker.ts';
import { completeKeys } from './key-states.ts';

/** The signing keys of a tenant, in memory. */
export type KeyRing = {
  /** The key that signs with `alg` now, for a token of this lifetime: the key stays published until the last such token has expired. */
  current(alg: SigningAlg, tokenLifetimeSeconds: number): { kid: string; key: KeyObject };
  /** Every key that verifies: current, next and previous (contract §3). */
  publicKeys(): PublicJwk[];
  /** Of two sets the one with the higher version is the newer. */
  version: () => number;
  /** Time since a read that gave these keys began. */
  ageMs: () => number;
  /** Since when the oldest of the keys that sign has been signing, milliseconds since the epoch. */
  signingSinceMs: () => number;
  /**
   * Reads the keys again, as they are at the time of the call or later.
   *
   * @throws when they cannot be read, or are older than those that are known: a database that was put back, or a server that is behind.
   */
  reload(): Promise<void>;
};

const ALGS = SigningAlg.options;
const STATES = ['current', 'next', 'previous'];

/**
 * The same at every signer and after every start. Some verifiers take the first key, and some stop at the first one of another type:
 * the current RS256 key comes first, and all keys of RSA before the others.
 */
function inPublishedOrder(a: SigningKey, b: SigningKey): number {
  return (
    ALGS.indexOf(a.alg) - ALGS.indexOf(b.alg) ||
    STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
    a.created_at_ms - b.created_at_ms ||
    (a.kid < b.kid ? -1 : 1)
  );
}

/** Opens the tenant's key ring, making what is not there yet: for each algorithm a current and a next key, with certificates. */
export async function openKeyRing(store: SigningKeys, maker: KeyMaker): Promise<KeyRing> {
  let readMs = performance.now();
  let keys = await readKeys(store, maker, new Map());
  let reading: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;

  /** One after the other, so that an older state never comes after a newer one. */
  function reload(): Promise<void> {
    waiting ??= (reading ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        waiting = undefined;
        const beganMs = performance.now();
        reading = readKeys(store, maker, keys.current).then((read) => {
          if (read.version < keys.version) {
            throw new HookmintError('signing_keys_stale', 'The database has older signing keys than this signer.');
          }
          [keys, readMs] = [read, beganMs];
        });
        return reading;
      });
    return waiting;
  }

  /** No token waits for it: the store may be away, and the next token of that kind tries again. */
  function lengthen(key: SigningNow, seconds: number): void {
    const before = key.longestTokenSeconds;
    key.longestTokenSeconds = seconds;
    store.lengthenTokens(key.kid, seconds).catch((error: unknown) => {
      key.longestTokenSeconds = before;
      logger.warn({ err: error, kid: key.kid }, 'the lifetime of tokens of a signing key was not stored, retrying');
    });
  }

  return {
    current: (alg, tokenLifetimeSeconds) => {
      const key = keys.current.get(alg);
      if (key === undefined) throw new HookmintError('signing_key_missing', `There is no current ${alg} signing key.`);
      if (tokenLifetimeSeconds > key.longestTokenSeconds) lengthen(key, tokenLifetimeSeconds);
      return key;
    },
    publicKeys: () => keys.public,
    version: () => keys.version,
    ageMs: () => performance.now() - readMs,
    signingSinceMs: () => Math.min(...[...keys.current.values()].map(({ sinceMs }) => sinceMs)),
    reload,
  };
}

type SigningNow = { kid: string; key: KeyObject; sinceMs: number; longestTokenSeconds: number };
type Opened = Map<SigningAlg, SigningNow>;

async function readKeys(
  store: SigningKeys,
  maker: KeyMaker,
  opened: Opened,
): Promise<{ version: number; current: Opened; public: PublicJwk[] }> {
  let set = await store.readSet();
  if (!isComplete(set.keys)) {
    await completeKeys(store, maker);
    set = await store.readSet();
  }
  const { version, keys: documents } = set;
  const current: Opened = new Map();
  for (const document of documents) {
    if (document.state !== 'current') continue;
    const { alg, kid, longest_token_seconds: longestTokenSeconds = MAX_TOKEN_LIFETIME_SECONDS } = document;
    const before = opened.get(alg);
    if (before?.kid === kid) current.set(alg, before);
    else {
      const key = await signingKeyOf(document, maker.encryptionKey);
      current.set(alg, { kid, key, sinceMs: document.current_since_ms ?? document.created_at_ms, longestTokenSeconds });
    }
  }
  return {
    version,
    current,
    public: documents.toSorted(inPublishedOrder).map(publishedJwk),
  };
}

function isComplete(keys: readonly SigningKey[]): boolean {
  const has = (alg: SigningAlg, state: SigningKey['state']) =>
    keys.some((key) => key.alg === alg && key.state === state);
  return (
    SigningAlg.options.every((alg) => has(alg, 'current') && has(alg, 'next')) &&
    keys.every((key) => key.certificate !== undefined || key.private_jwe === undefined)
  );
}

function publishedJwk({ public_jwk, certificate }: SigningKey): PublicJwk {
  if (certificate === undefined) return public_jwk;
  const x5t = createHash('sha1').update(Buffer.from(certificate, 'base64')).digest('base64url');
  return { ...public_jwk, x5c: [certificate], x5t };
}
