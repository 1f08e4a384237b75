import { HookmintError } from '../../../shared/errors.ts';
import { tlsFilesOf, type TlsFiles } from '../../../shared/http/tls-files.ts';
import type { readConfig } from '../config.ts';
import { createFindCertificate, type CertificateProxies, type FindCertificate } from './find-certificate.ts';

/** How clients show certificates to this gateway, by its settings. */
export type MutualTls = {
  isOn: boolean;
  findCertificate: FindCertificate;
  /** Where it asks for them itself, and with what. */
  port: number | undefined;
  tls: TlsFiles | undefined;
};

type Settings = Pick<
  ReturnType<typeof readConfig>,
  | 'HOOKMINT_TLS_CERT_FILE'
  | 'HOOKMINT_TLS_KEY_FILE'
  | 'HOOKMINT_MTLS_PORT'
  | 'HOOKMINT_MTLS_CA_FILE'
  | 'HOOKMINT_MTLS_URL'
  | 'HOOKMINT_CLIENT_CERT_HEADER'
  | 'HOOKMINT_CLIENT_CERT_PROXIES'
  | 'HOOKMINT_CLIENT_CERT_PROXY_SECRET'
  | 'HOOKMINT_CLIENT_CERT_CHAIN'
>;

/** @throws {HookmintError} `config_invalid` for a setting that would do nothing without another. */
export function mutualTlsOf(settings: Settings): MutualTls {
  const { HOOKMINT_MTLS_PORT: port, HOOKMINT_MTLS_CA_FILE: authoritiesFile } = settings;
  const { HOOKMINT_CLIENT_CERT_HEADER: header } = settings;
  const files = tlsFilesOf(settings);
  const proxies = header === undefined ? undefined : proxiesOf(header, settings);
  need(port !== undefined && files === undefined, 'HOOKMINT_MTLS_PORT needs HOOKMINT_TLS_CERT_FILE and _KEY_FILE.');
  need(port === undefined && authoritiesFile !== undefined, 'HOOKMINT_MTLS_CA_FILE needs HOOKMINT_MTLS_PORT.');
  const isOn = port !== undefined || proxies !== undefined;
  need(
    !isOn && settings.HOOKMINT_MTLS_URL !== undefined,
    'HOOKMINT_MTLS_URL needs HOOKMINT_MTLS_PORT or HOOKMINT_CLIENT_CERT_HEADER.',
  );
  const hasProxies = settings.HOOKMINT_CLIENT_CERT_PROXIES ?? settings.HOOKMINT_CLIENT_CERT_PROXY_SECRET;
  need(
    proxies === undefined && (hasProxies !== undefined || settings.HOOKMINT_CLIENT_CERT_CHAIN === 'verified'),
    'HOOKMINT_CLIENT_CERT_PROXIES, _PROXY_SECRET and _CHAIN need HOOKMINT_CLIENT_CERT_HEADER.',
  );
  return {
    isOn,
    findCertificate: createFindCertificate(proxies, { hasAuthorities: authoritiesFile !== undefined }),
    port,
    tls: files === undefined ? undefined : { ...files, clients: { authoritiesFile } },
  };
}

function proxiesOf(header: CertificateProxies['header'], settings: Settings): CertificateProxies {
  const { HOOKMINT_CLIENT_CERT_PROXIES: addresses, HOOKMINT_CLIENT_CERT_PROXY_SECRET: secret } = settings;
  need(
    addresses === undefined && secret === undefined,
    'HOOKMINT_CLIENT_CERT_HEADER needs HOOKMINT_CLIENT_CERT_PROXIES or HOOKMINT_CLIENT_CERT_PROXY_SECRET: anybody could send the header.',
  );
  return { header, addresses, secret, isChainVerified: settings.HOOKMINT_CLIENT_CERT_CHAIN === 'verified' };
}

function need(isMissing: boolean, message: string): void {
  if (isMissing) throw new HookmintError('config_invalid', message);
}
