import { constants, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { pemFile } from '../env.ts';
import { HookmintError, messageOf } from '../errors.ts';
import { logger } from '../log.ts';
import { observeCertificate } from '../telemetry/process-metrics.ts';

/** Environment of every service that serves HTTP. Both or neither. */
export const tlsEnv = {
  /** PEM file: the certificate with its chain. It and its key are read again when they change. */
  HOOKMINT_TLS_CERT_FILE: pemFile.optional(),
  /** The private key of that certificate. */
  HOOKMINT_TLS_KEY_FILE: pemFile.optional(),
};

export type TlsFiles = {
  certFile: string;
  keyFile: string;
  /** Asks clients for certificates too, and takes any: whoever looks at them decides. Those of these authorities, PEM, count as verified. */
  clients?: { authoritiesFile: string | undefined };
};

type Asking = { requestCert: true; rejectUnauthorized: false; ca: string[]; secureOptions: number };
type Pair = { cert: string; key: string; ciphers: string } & Partial<Asking>;

/** Of TLS 1.2 those with forward secrecy and authenticated encryption only (RFC 9325 §4.2); the first three are of TLS 1.3. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** A renewed certificate is used within this time. Polled, since a mounted secret is exchanged by symbolic links. */
const POLL_INTERVAL_MS = 2_000;

/** @throws {HookmintError} `config_invalid` when only one of the two is set. */
export function tlsFilesOf(env: {
  HOOKMINT_TLS_CERT_FILE?: string | undefined;
  HOOKMINT_TLS_KEY_FILE?: string | undefined;
}): TlsFiles | undefined {
  const { HOOKMINT_TLS_CERT_FILE: certFile, HOOKMINT_TLS_KEY_FILE: keyFile } = env;
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  if (certFile === undefined && keyFile === undefined) return undefined;
  throw new HookmintError(
    'config_invalid',
    'Set both HOOKMINT_TLS_CERT_FILE and HOOKMINT_TLS_KEY_FILE, or neither of them.',
  );
}

/** @throws {HookmintError} `config_invalid` for files that cannot be read or do not belong together. */
export function readTlsFiles({ certFile, keyFile, clients }: TlsFiles): Pair {
  const asking = clients === undefined ? {} : askingFor(clients.authoritiesFile);
  try {
    const own = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), ciphers: CIPHERS };
    const pair = { ...own, ...asking };
    createSecureContext(pair);
    return pair;
  } catch (error) {
    throw new HookmintError(
      'config_invalid',
      `The certificate ${certFile} with the key ${keyFile} cannot be used: ${messageOf(error)}.`,
      { cause: error },
    );
  }
}

/**
 * Each handshake shows the key of the certificate anew: a session that is taken up again, or a handshake within a connection, does not.
 *
 * @throws {HookmintError} `config_invalid`
 */
function askingFor(authoritiesFile: string | undefined): Asking {
  const secureOptions = constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION;
  // Without any, Node would trust the authorities of the web.
  const asking: Asking = { requestCert: true, rejectUnauthorized: false, ca: [], secureOptions };
  if (authoritiesFile === undefined) return asking;
  try {
    const authorities = readFileSync(authoritiesFile, 'utf8').match(PEM_CERTIFICATE) ?? [];
    if (authorities.length === 0) throw new TypeError('no certificate is in it');
    for (const authority of authorities) refuseIfNoAuthority(new X509Certificate(authority));
    return { ...asking, ca: authorities };
  } catch (error) {
    throw new HookmintError(
      'config_invalid',
      `The authorities ${authoritiesFile} cannot be used: ${messageOf(error)}.`,
      { cause: error },
    );
  }
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function refuseIfNoAuthority({ ca, subject }: X509Certificate): void {
  if (!ca) throw new TypeError(`${subject.replaceAll('\n', ', ')} is no authority`);
}

/** Calls `changed` with each new pair; one that cannot be used, or is only half written, leaves the old one in use. */
export function followTlsFiles(files: TlsFiles, changed: (pair: Pair) => void): { stop: () => void } {
  const first = readTlsFiles(files);
  let last = JSON.stringify(first);
  let endsMs = endOf(first);
  const forget = observeCertificate(() => endsMs);
  let complained = false;
  const timer = setInterval(() => {
    try {
      const pair = readTlsFiles(files);
      complained = false;
      if (JSON.stringify(pair) === last) return;
      last = JSON.stringify(pair);
      endsMs = endOf(pair);
      changed(pair);
      logger.info({ certificate: files.certFile }, 'the certificate was read again');
    } catch (error) {
      if (!complained) logger.error({ err: error }, 'the previous certificate stays in use');
      complained = true;
    }
  }, POLL_INTERVAL_MS).unref();
  return {
    stop: () => {
      clearInterval(timer);
      forget();
    },
  };
}

/** Of the first certificate, which is the server's, milliseconds since the epoch. */
const endOf = ({ cert }: Pair): number => new X509Certificate(cert).validToDate.getTime();
