import type { BusEnv } from '../../shared/bus/connect.ts';
import type { StorageUserEnv } from '../../shared/bus/streams/ensure-streams.ts';
import type { BusTlsEnv } from '../../shared/bus/tls.ts';
import type { TlsFiles } from '../../shared/http/tls-files.ts';
import type { BusUser, LocalSecrets } from './local-secrets.ts';
import { ownSecrets } from './own-secrets.ts';
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
  /** Default: false. */
  console?: boolean;
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
  return {
    HOOKMINT_TENANT: of.tenant,
    ...busEnv(name, of),
    ...ownSecrets(of.secrets)[name],
    ...ENVIRONMENTS[name](of),
    ...listenEnv(name, listen),
  };
}

/** How the streams are made: as the users of the two accounts that keep some. */
export function setupEnv(of: Parameters<typeof busEnv>[1]): BusEnv & StorageUserEnv {
  const seed = of.secrets.nats_nkey_seeds['setup-storage'];
  return { ...busEnv('setup', of), ...(of.busHasUsers ? { NATS_STORAGE_NKEY_SEED: seed } : {}) };
}

/** How a user of the bus connects to it. */
function busEnv(
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

/** Who writes hooks here, or sets up clients, owns the machine. */
const EVERY_ADDRESS = '0.0.0.0/0,::/0';

/** What is not a secret, or a URL with a password. */
const ENVIRONMENTS: Record<ServiceName, (of: Installation) => Record<string, string>> = {
  gateway: ({ store, issuer, managementUrl, console, tls }) => ({
    MONGODB_URL: store.gateway,
    HOOKMINT_ISSUER: issuer,
    HOOKMINT_MANAGEMENT_URL: managementUrl,
    HOOKMINT_CONSOLE: onOrOff(console),
    HOOKMINT_JWKS_ALLOWED_ADDRESSES: EVERY_ADDRESS,
    ...(tls === undefined ? {} : { HOOKMINT_TLS_CERT_FILE: tls.certFile, HOOKMINT_TLS_KEY_FILE: tls.keyFile }),
  }),
  'hook-executor': () => ({ HOOKMINT_EGRESS_ALLOWED_ADDRESSES: EVERY_ADDRESS }),
  signer: ({ store, issuer }) => ({ MONGODB_URL: store.signer, HOOKMINT_ISSUER: issuer }),
  management: ({ store, issuer, console }) => ({
    MONGODB_URL: store.management,
    HOOKMINT_ISSUER: issuer,
    HOOKMINT_CONSOLE: onOrOff(console),
    // Whoever starts it owns the machine.
    HOOKMINT_OPERATOR_API: 'on',
  }),
};

const onOrOff = (value = false): string => (value ? 'on' : 'off');

function listenEnv(name: ServiceName, listen: Listen | undefined): Record<string, string> {
  if (listen === undefined) return {};
  const port = String(listen.port);
  return name === 'gateway' || name === 'management'
    ? // Nobody balances load here.
      { HOOKMINT_HTTP_HOST: listen.host, HOOKMINT_HTTP_PORT: port, HOOKMINT_HTTP_DRAIN_MS: '0' }
    : { HOOKMINT_HEALTH_PORT: port };
}
