import type { ClientAssertionIssuer } from '../../../shared/domain/client-assertion-issuer.ts';
import type { Client } from '../../../shared/domain/client.ts';
import { isAccepted, type ActorToken, type SubjectToken } from '../../../shared/domain/subject-token.ts';
import { audiencesOf } from '../authenticate.ts';
import { CLIENT_CLOCK_SKEW_SECONDS, MAX_ASSERTION_LIFETIME_SECONDS } from '../limits.ts';
import { keyOfIssuer } from '../steps/authenticate-by-issuer.ts';
import { isSigned, keyOfFetched } from '../steps/authenticate-client-assertion.ts';
import type { TokenIssuer } from '../token-request.ts';
import { notKnown, readToken } from '../token-status/read-token.ts';
import { actorsBefore, ownActors, type Actor } from './actors.ts';
import { issuerSaid, readIssued, type IssuedToken } from './read-issued.ts';
import { refusedToken, type Shown } from './read-shown.ts';

/** A token that was shown, verified: of a trusted issuer or of this service, in time, and one that the client may show. */
export type Verified<Condition> = {
  shown: Shown;
  issuer: string;
  subject: string;
  /** The `sub` of tokens that speak for it. Two issuers may have given one name to two people; here it is two names. */
  sub: string;
  claims: Record<string, unknown>;
  aud: readonly string[];
  exp: number;
  actors: Actor[];
  /** The client that it was issued to, of tokens of this service. */
  ownClientId: string | undefined;
  condition: Condition;
  /** Marks it as used, where it counts once. */
  useOnce: () => Promise<void>;
};

export type SubjectDeps = Pick<
  TokenIssuer,
  'configuration' | 'findKey' | 'useOnce' | 'issuer' | 'mtlsUrl' | 'publicKeys' | 'tokens' | 'missing'
>;

/**
 * @param conditions Of the client: one of them must hold.
 * @throws {OAuthError} 400 for what is wrong with it; 503 while that cannot be known.
 */
export function verifyShown<Condition extends SubjectToken | ActorToken>(
  shown: Shown,
  client: Client,
  conditions: readonly Condition[] | null,
  deps: SubjectDeps,
): Promise<Verified<Condition>> {
  return issuerSaid(shown.token) === deps.issuer
    ? verifyOwn(shown, client, conditions ?? [], deps)
    : verifyIssued(shown, conditions ?? [], deps);
}

async function verifyIssued<Condition extends SubjectToken | ActorToken>(
  shown: Shown,
  conditions: readonly Condition[],
  deps: SubjectDeps,
): Promise<Verified<Condition>> {
  const token = readIssued(shown);
  const told = { ...token, type: shown.type };
  const condition = conditions.find((one) => isAccepted(one, told, audiencesOf(deps)));
  const issuer = condition === undefined ? undefined : await deps.configuration.clientAssertionIssuer(token.issuer);
  const key = issuer === undefined ? undefined : await keyOfIssuer(issuer, token, deps.findKey);
  const signed = await isSigned(token, key === undefined ? [] : [keyOfFetched(key)]);
  if (condition === undefined || issuer === undefined || !signed) throw notAccepted(shown);
  checkLifetime(shown, token, issuer);
  const { subject, claims, aud, exp, jti } = token;
  const countsOnce = issuer.single_use || shown.type === 'assertion';
  if (countsOnce && jti === undefined) throw refusedToken(shown, 'must have a jti, a new one each time');
  return {
    shown,
    issuer: token.issuer,
    subject,
    // No URL of an issuer has a bar in it.
    sub: `${token.issuer}|${subject}`,
    claims,
    aud,
    exp,
    actors: actorsBefore(shown, claims.act, token.issuer, deps.issuer),
    ownClientId: undefined,
    condition,
    useOnce: async () => {
      // As where it authenticates a client: what counts once does so altogether.
      if (!countsOnce || (await deps.useOnce('Assertions', ['federated', token.issuer, jti ?? '']))) return;
      throw refusedToken(shown, 'was used before');
    },
  };
}

/** Of an assertion also because used ones are remembered for no longer. */
function checkLifetime(shown: Shown, { iat, exp }: IssuedToken, issuer: ClientAssertionIssuer): void {
  const mostSeconds =
    shown.type === 'assertion'
      ? Math.min(issuer.max_lifetime_seconds, MAX_ASSERTION_LIFETIME_SECONDS)
      : issuer.max_lifetime_seconds;
  if (exp - iat <= mostSeconds && exp <= Date.now() / 1_000 + mostSeconds + CLIENT_CLOCK_SKEW_SECONDS) return;
  throw refusedToken(shown, `lives too long; at most ${String(mostSeconds)} seconds are allowed`);
}

/** A token of this service: by default of whom it was shown to, the client that is the token's API. */
async function verifyOwn<Condition extends SubjectToken | ActorToken>(
  shown: Shown,
  client: Client,
  conditions: readonly Condition[],
  deps: SubjectDeps,
): Promise<Verified<Condition>> {
  if (shown.type !== 'access_token') throw refusedToken(shown, 'is an access token and must be shown as one');
  if (deps.missing().length > 0) throw notKnown('Whether tokens are in force cannot be known at the moment');
  const read = await readToken(shown.token, deps);
  if (read === undefined) throw notAccepted(shown);
  const { clientId, audience, claims, exp } = read;
  const { sub = '' } = claims;
  const told = { issuer: deps.issuer, subject: sub, aud: [audience], claims, type: shown.type };
  const { resource_server_identifier: itself } = client;
  const condition = conditions.find((one) => isAccepted(one, told, itself === null ? [] : [itself]));
  const isOfAdministration = (await deps.configuration.resourceServer(audience))?.is_system === true;
  // Of another issuer its subject would be taken to be.
  const isAmbiguous = sub === `${clientId}@clients` && clientId.includes('|');
  if (condition === undefined || isOfAdministration || isAmbiguous) throw notAccepted(shown);
  if (!(await deps.tokens.isInForce(read))) throw refusedToken(shown, 'was revoked');
  return {
    shown,
    issuer: deps.issuer,
    subject: sub,
    sub,
    claims,
    aud: [audience],
    exp,
    actors: ownActors(claims.act),
    ownClientId: clientId,
    condition,
    useOnce: () => Promise.resolve(),
  };
}

/** Which tokens a client may show is for who configures it to see. */
const notAccepted = (shown: Shown) => refusedToken(shown, 'is not one that this client may use here');
