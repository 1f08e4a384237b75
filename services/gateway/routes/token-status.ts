import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Client } from '../../../shared/domain/client.ts';
import { networkOf } from '../../../shared/http/address.ts';
import { observeHttp } from '../../../shared/http/observe.ts';
import { peerOf, type Peer } from '../../../shared/http/peer.ts';
import { fixedHeaders } from '../../../shared/http/security-headers.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { BUSY, type Places } from '../admission/in-flight.ts';
import { inDialect, Refusal } from '../refusals.ts';
import { asOAuthError, refuseAmbiguous, sendJson } from '../answers.ts';
import { audiencesOf, authenticate, type Authenticator } from '../authenticate.ts';
import { readCredentials } from '../steps/authenticate-client.ts';
import { credentialParameters } from '../steps/parse-parameters.ts';
import { text } from '../steps/text-parameter.ts';
import { readBody } from '../steps/read-body.ts';
import { introspect, type TokenStatusDeps } from '../token-status/introspect.ts';
import { revoke } from '../token-status/revoke.ts';
import type { TokenIssuer } from '../token-request.ts';

/** What an endpoint makes of a token that an authenticated client shows; `undefined` is an answer without a body. */
type Act = (token: string, caller: Client, deps: TokenStatusDeps) => Promise<object | undefined>;

const ACTS: Readonly<Record<string, Act>> = { '/oauth/introspect': introspect, '/oauth/revoke': revoke };

/** `POST /oauth/introspect` (RFC 7662 §2) and `POST /oauth/revoke` (RFC 7009 §2): forms, of authenticated clients. */
export function tokenStatusEndpoints(
  deps: Authenticator &
    TokenStatusDeps &
    Pick<TokenIssuer, 'findCertificate'> & { limits: Pick<TokenIssuer['limits'], 'clientRate'> },
  { trustedProxies, places }: { trustedProxies: number; places: Places },
): ReadonlyMap<string, RequestListener> {
  const headers = { ...fixedHeaders(deps.issuer), 'Cache-Control': 'no-store', Pragma: 'no-cache' };
  const refuseBusy = (response: ServerResponse): void =>
    sendJson(response, BUSY.status, BUSY, { ...headers, ...BUSY.headers });

  async function answer(act: Act, request: IncomingMessage, response: ServerResponse, peer: Peer): Promise<void> {
    const told: Record<string, string> = {};
    try {
      refuseAmbiguous(request);
      const { body, isForm } = await readBody(request, response);
      if (!places.take(networkOf(peer.ip ?? ''), response)) {
        refuseBusy(response);
        return;
      }
      if (!isForm || typeof body !== 'object' || body === null) throw NOT_A_FORM;
      const parameters = new Map(Object.entries(body));
      const token = text(parameters, 'token');
      const caller = await callerOf(request, parameters, peer);
      if (deps.limits.clientRate !== undefined) {
        await deps.limits.clientRate(caller, (more) => Object.assign(told, more));
      }
      if (token === undefined) throw new OAuthError(400, 'invalid_request', 'Missing required parameter: token');
      const answered = await act(token, caller, deps);
      if (answered === undefined) response.writeHead(200, { ...headers, ...told, 'Content-Length': 0 }).end();
      else sendJson(response, 200, answered, { ...headers, ...told });
    } catch (error) {
      const failure = await inDialect(asOAuthError(error), deps.configuration);
      sendJson(response, failure.status, failure, { ...headers, ...told, ...failure.headers });
    }
  }

  async function callerOf(
    request: IncomingMessage,
    parameters: ReadonlyMap<string, unknown>,
    peer: Peer,
  ): Promise<Client> {
    try {
      const { authorization } = request.headers;
      const credentials = readCredentials(authorization, credentialParameters(parameters), audiencesOf(deps));
      const certificate = deps.findCertificate(request);
      const { client } = await authenticate(credentials, { ip: peer.ip, certificate }, deps);
      // It has proved nothing.
      if (!('jwt' in credentials) && client.token_endpoint_auth_method === 'none') throw UNAUTHORIZED;
      return client;
    } catch (error) {
      // Auth0 has neither endpoint, so that there is no code of its own to keep to.
      throw error instanceof Refusal && error.refusal === 'not_authenticated' ? error.asRfc() : error;
    }
  }

  const listener =
    (path: string, act: Act): RequestListener =>
    (request, response) => {
      const peer = peerOf(request, trustedProxies);
      observeHttp(request, response, { path, scheme: peer.scheme, route: () => path }, () => {
        if (places.areTaken()) refuseBusy(response);
        else void answer(act, request, response, peer);
      });
    };
  return new Map(Object.entries(ACTS).map(([path, act]) => [path, listener(path, act)]));
}

const NOT_A_FORM = new OAuthError(400, 'invalid_request', 'The body must be application/x-www-form-urlencoded');
const UNAUTHORIZED = new OAuthError(401, 'invalid_client', 'Unauthorized');
