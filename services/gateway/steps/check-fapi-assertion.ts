import { FAPI_ALGS, fapiOf, type Client } from '../../../shared/domain/client.ts';
import { refused, type Assertion } from './read-assertion.ts';

/**
 * Checks what the FAPI 2.0 Security Profile asks of the assertion of a client that holds itself to it. Only once it is known to be of that client:
 * strangers are not told which clients do.
 *
 * @throws {OAuthError} 401 `invalid_client`
 */
export function checkFapiAssertion(client: Client, { alg, aud }: Assertion, issuer: string): void {
  const fapi = fapiOf(client);
  if (fapi === undefined) return;
  if (fapi.authenticatesBy !== 'private_key_jwt') throw refused('does not authenticate this client');
  // §5.4.1
  if (!FAPI_ALGS.includes(alg)) throw refused(`must be signed with ${FAPI_ALGS.join(', ')} (FAPI 2.0)`);
  // §5.3.2.1: the issuer, as a string, so that no other server is meant too.
  if (aud !== issuer) throw refused(`must have the aud ${issuer}, a string (FAPI 2.0)`);
}
