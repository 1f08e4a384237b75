import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { TlsOptions } from '@nats-io/transport-node';
import { pemFile } from '../env.ts';
import { HookmintError, messageOf } from '../errors.ts';

/** Environment of TLS on the bus, in addition to `NATS_URL`. PEM files, read at each connection: a renewed one needs no restart. */
export const busTlsEnv = {
  /** CA of the NATS servers; no other is trusted then. Unset: Node's own authorities and `NODE_EXTRA_CA_CERTS`. */
  NATS_CA_FILE: pemFile.optional(),
  /** The service's certificate and its key, for servers that ask for one (`verify: true`). Both or neither. */
  NATS_CERT_FILE: pemFile.optional(),
  /** The private key of that certificate. */
  NATS_KEY_FILE: pemFile.optional(),
};

export type BusTlsEnv = { [name in keyof typeof busTlsEnv]?: string | undefined };

/**
 * How connections to the bus are encrypted. One `tls://` URL or one file is enough for every server to be refused that does not speak
 * TLS, those of the cluster that are heard of later included: the client itself takes no notice of a URL's scheme. Nothing turns the
 * verification of certificates off, `NODE_TLS_REJECT_UNAUTHORIZED` neither.
 *
 * @returns `undefined` when TLS was not asked for; a server may still demand it.
 * @throws {HookmintError} `config_invalid` for files that cannot be read or used, and for a server that is given by its address.
 */
export function busTlsOf(urls: readonly string[], env: BusTlsEnv): TlsOptions | undefined {
  const { NATS_CA_FILE: caFile, NATS_CERT_FILE: certFile, NATS_KEY_FILE: keyFile } = env;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new HookmintError('config_invalid', 'Set both NATS_CERT_FILE and NATS_KEY_FILE, or neither of them.');
  }
  if (caFile !== undefined) usable('NATS_CA_FILE', caFile, () => new X509Certificate(readFileSync(caFile)));
  if (certFile !== undefined && keyFile !== undefined) {
    usable('NATS_CERT_FILE with NATS_KEY_FILE', certFile, () =>
      createSecureContext({ cert: readFileSync(certFile), key: readFileSync(keyFile) }),
    );
  }
  const given = { ...(caFile && { caFile }), ...(certFile && { certFile }), ...(keyFile && { keyFile }) };
  const isAskedFor = urls.some((url) => url.startsWith('tls:')) || Object.keys(given).length > 0;
  if (!isAskedFor) return undefined;
  for (const url of urls) ensureName(url);
  return given;
}

/** The client would compare a certificate with `localhost` where it is given an address (nats.js issue 303). */
function ensureName(url: string): void {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0) return;
  throw new HookmintError(
    'config_invalid',
    `NATS_URL: with TLS use the name in the server's certificate instead of the address ${host}.`,
  );
}

function usable(variable: string, file: string, use: () => unknown): void {
  try {
    use();
  } catch (error) {
    throw new HookmintError('config_invalid', `${variable}: ${file} cannot be used: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}
