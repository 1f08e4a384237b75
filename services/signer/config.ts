import { z } from 'zod';
import { busEnv } from '../../shared/bus/connect.ts';
import { integer, key256, readSettings } from '../../shared/env.ts';
import { JWKS_MAX_AGE_SECONDS } from '../../shared/domain/signing-key-state.ts';
import { healthEnv } from '../../shared/health.ts';
import { storeEnv } from '../../shared/store/connect.ts';

/** The signer's settings. */
export const SETTINGS = {
  ...busEnv,
  ...healthEnv,
  ...storeEnv,
  /** Name of the tenant, also in the subjects of the bus and the name of the database. All services have the same. */
  HOOKMINT_TENANT: z.string().default('demo'),
  /** Encrypts the private keys in the store. With it and the database one can sign; only the signer needs it. */
  HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY: key256,
  /** The gateways' key: what they ask is proved by it. */
  HOOKMINT_SIGN_REQUEST_KEY: key256,
  /** Management's key: what it asks is proved by it. */
  HOOKMINT_KEYS_REQUEST_KEY: key256,
  /** The `iss` of the tokens: its host is the common name of the keys' certificates. */
  HOOKMINT_ISSUER: z.url().optional(),
  /** Days after which a signing key is replaced by the next one; unset: only when the Management API is asked to. */
  HOOKMINT_KEY_ROTATION_DAYS: integer.min(1).max(3_650).optional(),
  /**
   * Seconds that a next key must have been in the JWK Set before it may sign, so that verifiers with a cached set have it. Default 360: the
   * set may be kept for 300, and all gateways have it within 30. Longer where verifiers keep it for longer.
   */
  HOOKMINT_KEY_PUBLICATION_SECONDS: integer
    .min(0)
    .max(86_400)
    .default(JWKS_MAX_AGE_SECONDS + 60),
  /**
   * Seconds without reading the keys from the store, after which a signer is not ready and leaves telling the public keys to others; it goes on
   * signing. Default 60: it reads them each 30.
   */
  HOOKMINT_SIGNING_KEYS_MAX_AGE_SECONDS: integer.min(31).max(86_400).default(60),
  /** Signing requests worked on at a time; more are refused at once. Default 1,024. */
  HOOKMINT_SIGNER_MAX_IN_FLIGHT: integer.min(1).max(65_536).default(1_024),
};

export const readConfig = (env: NodeJS.ProcessEnv = process.env) => readSettings(SETTINGS, env);
