import type { ClientAssertion } from '../../shared/domain/client-assertion-issuer.ts';
import type { Client } from '../../shared/domain/client.ts';
import type { ClientCertificate } from './client-certificate/certificate.ts';
import { tokenEndpointsOf, type Places } from './endpoints.ts';
import { authenticateByCertificate } from './steps/authenticate-by-certificate.ts';
import { authenticateByIssuer } from './steps/authenticate-by-issuer.ts';
import { authenticateByAssertion } from './steps/authenticate-client-assertion.ts';
import { authenticateClient, type Credentials } from './steps/authenticate-client.ts';
import type { TokenIssuer } from './token-request.ts';

/** What tells who a client is, and limits those who are told wrongly. */
export type Authenticator = Pick<
  TokenIssuer,
  'configuration' | 'findKey' | 'useOnce' | 'issuer' | 'mtlsUrl' | 'clientSecretKey'
> & {
  limits: Pick<TokenIssuer['limits'], 'failures'>;
};

/** Who sent a request: its address, and the certificate that it has shown. */
type Sender = { ip: string | undefined; certificate: ClientCertificate | undefined };

/** `clientAssertion`: what another issuer said of the client. */
type Authenticated = { client: Client; clientAssertion?: ClientAssertion };

/**
 * Authenticates the client by what it shows.
 *
 * @throws {OAuthError} 401, 429 for one that has failed too often, 503 while it cannot be known.
 */
export function authenticate(
  credentials: Credentials,
  { ip, certificate }: Sender,
  deps: Authenticator,
): Promise<Authenticated> {
  const { failures } = deps.limits;
  const act = (): Promise<Authenticated> => authenticateBy(credentials, certificate, deps);
  return failures === undefined ? act() : failures(ip, credentials.clientId, act);
}

async function authenticateBy(
  credentials: Credentials,
  certificate: ClientCertificate | undefined,
  deps: Authenticator,
): Promise<Authenticated> {
  const { configuration, findKey, useOnce, issuer } = deps;
  if (!('jwt' in credentials)) {
    const { clientId, clientSecret } = credentials;
    return {
      client:
        certificate !== undefined && clientSecret === undefined
          ? await authenticateByCertificate(clientId, certificate, configuration)
          : await authenticateClient(credentials, configuration, deps.clientSecretKey),
    };
  }
  return 'issuer' in credentials
    ? authenticateByIssuer(credentials, { configuration, findKey, useOnce, issuer, audiences: audiencesOf(deps) })
    : { client: await authenticateByAssertion(credentials, configuration, findKey, useOnce, issuer) };
}

/** RFC 7523 §3: an assertion may name the service, or its token endpoint. */
export function audiencesOf(places: Places): string[] {
  return [places.issuer, ...tokenEndpointsOf(places)];
}
