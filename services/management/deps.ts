import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import type { PublicKeys } from '../../shared/public-keys.ts';

/** What the handlers of the API work with. */
export type Deps = {
  tenant: string;
  /** `iss` of access tokens, ending with a slash. */
  issuer: string;
  /** `aud` of access tokens for this API. */
  audience: string;
  db: Db;
  bus: NatsConnection;
  publicKeys: PublicKeys;
  clientSecretKey: Buffer;
  hookSecretsKey: Buffer;
  npmRegistry: string | undefined;
};
