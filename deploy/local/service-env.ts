import type { BusTlsEnv } from '../../shared/bus/tls.ts';
import type { TlsFiles } from '../../shared/http/tls-files.ts';
import type { BusUser, LocalSecrets } from './local-secrets.ts';
import type { StoreUrls } from './store-server.ts';

export const SERVICES = ['gateway', 'hook-executor', 'signer', 'management'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** One hookmint on this machine, as far as its services have to know it. */
export type Installation = {
  tenant: string;
  secrets: LocalSecrets;
  natsUrl: string;
  /** Whether the NATS server has hookmint's users; one that was there before may have none. */
  busHasUsers: boolean;
  /** Of the connections to it, beside its URL. */
  busTls?: BusTlsEnv | undefined;
  store: StoreUrls;
  /** With a slash at the end. */
  issuer: string;
  managementUrl: string;
  /** Of the gateway; `undefined`: it serves HTTP. */
  tls: TlsFiles | undefined;
};

type Listen = { host: string; port: number };

/**
 * The environment of one service: what is its own and nothing else, so that no service has another's secret.
 *
 * @param listen Where gateway and management serve, and the others their health checks; `undefined` for the others: nowhere.
 */
export function serviceEnv(name: ServiceName, of: Installation, listen?: Listen): Record<string, string> {
  return { HOOKMINT_TENANT: of.tenant, ...busEnv(name, of), ...ENVIRONMENTS[name](of), ...listenEnv(name, listen) };
}

/** How a user of the bus connects to it. */
export function busEnv(
  user: BusUser,
  { natsUrl, busHasUsers, busTls = {}, secrets }: Pick<Installation, 'natsUrl' | 'busHasUsers' | 'busTls' | 'secrets'>,
): Record<string, string> & { NATS_URL: string } {
  const tls = Object.fromEntries(Object.entries(busTls).filter(([, file]) => file !== undefined && file !== ''));
  return {
    NATS_URL: natsUrl,
    ...(busHasUsers ? { NATS_NKEY_SEED: secrets.nats_nkey_seeds[user] } : {}),
    ...(tls as Record<string, string>),
  };
}

const ENVIRONMENTS: Record<ServiceName, (of: Installation) => Record<string, string>> = {
  gateway: ({ secrets, store, issuer, managementUrl, tls }) => ({
    MONGODB_URL: store.gateway,
    HOOKMINT_CLIENT_SECRET_KEY: secrets.client_secret_key,
    HOOKMINT_ISSUER: issuer,
    HOOKMINT_MANAGEMENT_URL: managementUrl,
    ...(tls === undefined ? {} : { HOOKMINT_TLS_CERT_FILE: tls.certFile, HOOKMINT_TLS_KEY_FILE: tls.keyFile }),
  }),
  'hook-executor': ({ secrets }) => ({
    HOOKMINT_HOOK_SECRETS_KEY: secrets.hook_secrets_key,
    // Who writes hooks here owns the machine.
    HOOKMINT_EGRESS_ALLOWED_ADDRESSES: '0.0.0.0/0,::/0',
  }),
  signer: ({ secrets, store, issuer }) => ({
    MONGODB_URL: store.signer,
    HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY: secrets.signing_key_encryption_key,
    HOOKMINT_ISSUER: issuer,
  }),
  management: ({ secrets, store, issuer }) => ({
    MONGODB_URL: store.management,
    HOOKMINT_ISSUER: issuer,
    HOOKMINT_CLIENT_SECRET_KEY: secrets.client_secret_key,
    HOOKMINT_HOOK_SECRETS_KEY: secrets.hook_secrets_key,
    HOOKMINT_BOOTSTRAP_CLIENT_ID: secrets.management_client_id,
    HOOKMINT_BOOTSTRAP_CLIENT_SECRET: secrets.management_client_secret,
    HOOKMINT_TRUSTED_PROXIES: '1',
  }),
};

function listenEnv(name: ServiceName, listen: Listen | undefined): Record<string, string> {
  if (listen === undefined) return {};
  const port = String(listen.port);
  return name === 'gateway' || name === 'management'
    ? // Nobody balances load here.
      { HOOKMINT_HTTP_HOST: listen.host, HOOKMINT_HTTP_PORT: port, HOOKMINT_HTTP_DRAIN_MS: '0' }
    : { HOOKMINT_HEALTH_PORT: port };
}
