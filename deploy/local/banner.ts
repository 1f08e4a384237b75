import { withoutPassword } from '../../shared/bus/connect.ts';

/** What `npm start` shows when tokens can be had. The `curl` line stands alone, to be copied or cut out by a script. */
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
}): string {
  const { issuer } = about;
  return `
hookmint is ready after ${(about.afterMs / 1000).toFixed(1)} s

  Token endpoint  ${issuer}oauth/token
  Public keys     ${issuer}.well-known/jwks.json
  Metadata        ${issuer}.well-known/oauth-authorization-server
  Hook            ${about.hookFile}
  Data            ${about.dataDir}
  NATS            ${withoutPassword(about.natsUrl)}
  MongoDB         ${withoutPassword(about.mongodbUrl)}

A token, please (Ctrl-C stops hookmint):

curl -sS ${issuer}oauth/token -d grant_type=client_credentials -d client_id=${about.clientId} -d client_secret=${about.clientSecret} -d audience=${about.audience} -w '\\n'
`;
}
