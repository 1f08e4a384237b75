import { join } from 'node:path';
import { withoutPassword } from '../../shared/without-password.ts';
import { SECRETS_FILE } from './local-secrets.ts';

/** What `npm start` shows when tokens can be had. Each of its lines; the `curl` line stands alone, to be copied or cut out by a script. */
export function banner(about: {
  afterMs: number;
  issuer: string;
  hookFile: string;
  dataDir: string;
  natsUrl: string;
  mongodbUrl: string;
  clientId: string;
  clientSecret: string;
  audience: string;
  managementClientId: string;
  /** Shown at the first start of a data folder only: it may do everything. */
  managementClientSecret: string | undefined;
  /** With HTTPS: who vouches for the certificate. */
  caFile: string | undefined;
}): string[] {
  const { issuer, caFile } = about;
  const secret =
    about.managementClientSecret === undefined
      ? []
      : [
          `    its secret    ${about.managementClientSecret} (shown this once; it is also in ${join(about.dataDir, SECRETS_FILE)})`,
        ];
  const trust =
    caFile === undefined
      ? []
      : [
          '',
          "Node programs, including Auth0's SDKs, trust the certificate with:",
          '',
          `export NODE_EXTRA_CA_CERTS=${shellWord(caFile)}`,
        ];
  const trusted = caFile === undefined ? '' : `--cacert ${shellWord(caFile)} `;
  return [
    '',
    `hookmint is ready after ${(about.afterMs / 1000).toFixed(1)} s`,
    '',
    `  Token endpoint  ${issuer}oauth/token`,
    `  Public keys     ${issuer}.well-known/jwks.json`,
    `  Metadata        ${issuer}.well-known/oauth-authorization-server`,
    `  Management API  ${issuer}api/v2/`,
    `    its client    ${about.managementClientId}`,
    ...secret,
    `  Hook            ${about.hookFile}`,
    `  Data            ${about.dataDir}`,
    `  NATS            ${withoutPassword(about.natsUrl)}`,
    `  MongoDB         ${withoutPassword(about.mongodbUrl)}`,
    ...trust,
    '',
    'Get a token (Ctrl-C stops hookmint):',
    '',
    `curl -sS ${trusted}${issuer}oauth/token -d grant_type=client_credentials -d client_id=${about.clientId} -d client_secret=${about.clientSecret} -d audience=${about.audience} -w '\\n'`,
    '',
  ];
}

/** As a POSIX shell reads it as one word. */
function shellWord(text: string): string {
  return /^[\w./:@+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
