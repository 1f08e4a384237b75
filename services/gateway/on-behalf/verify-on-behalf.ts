import type { Client } from '../../../shared/domain/client.ts';
import type { ResourceServer } from '../../../shared/domain/resource-server.ts';
import {
  PROTOCOLS,
  type Act,
  type OnBehalfGrant,
  type Protocol,
  type SubjectToken,
  type VerifiedSubject,
} from '../../../shared/domain/subject-token.ts';
import { actOf, mayAct, type Actor } from './actors.ts';
import { refusedToken, type ShownTokens } from './read-shown.ts';
import { verifyShown, type SubjectDeps, type Verified } from './verify-shown.ts';

/** Whom a token will speak for, and who acts. */
export type OnBehalf = {
  grantType: OnBehalfGrant;
  protocol: Protocol;
  sub: string;
  act: Act | undefined;
  subject: VerifiedSubject;
  /** Of an `actor_token`. */
  actor: VerifiedSubject | undefined;
  /** The tokens that were shown end then, and no token made of them lives longer; seconds since the epoch. */
  expiresAt: number;
  /** More is not the subject's to give; `undefined` where its token says nothing of this API. */
  scopes: readonly string[] | undefined;
  /** Marks what counts once as used; the last that is done before the token is bound and signed. */
  useOnce: () => Promise<void>;
};

/**
 * Verifies whom the client acts for (RFC 8693 §2.1, RFC 7523 §3), and that it may.
 *
 * @throws {OAuthError} 400, 503
 */
export async function verifyOnBehalf(
  grantType: OnBehalfGrant,
  tokens: ShownTokens,
  { client, api }: { client: Client; api: ResourceServer },
  deps: SubjectDeps,
): Promise<OnBehalf> {
  const subject = await verifyShown(tokens.subject, client, client.subject_tokens, deps);
  if (tokens.subject.type === 'assertion') checkAddressee(subject, client, api);
  const actor =
    tokens.actor === undefined ? undefined : await verifyShown(tokens.actor, client, client.actor_tokens, deps);
  // Somebody else's token would make the client act in the name of whoever called it.
  if (actor?.ownClientId !== undefined && actor.ownClientId !== client.client_id) {
    throw refusedToken(actor.shown, 'was issued to another client');
  }
  if (actor !== undefined && actor.actors.length > 0) {
    throw refusedToken(actor.shown, 'speaks for somebody else already');
  }
  const itself = { iss: deps.issuer, sub: `${client.client_id}@clients` };
  const acting: Actor = actor === undefined ? itself : { iss: actor.issuer, sub: actor.subject };
  const actingClientId = acting.sub === itself.sub && acting.iss === itself.iss ? client.client_id : undefined;
  if (!mayAct(subject.claims.may_act, acting, subject.issuer, actingClientId)) {
    throw refusedToken(subject.shown, 'has a may_act that names somebody else');
  }
  const isImpersonation = actor === undefined && subject.condition.semantics === 'impersonation';
  return {
    grantType,
    protocol: PROTOCOLS[grantType],
    sub: subject.sub,
    act: actOf(subject.shown, isImpersonation ? subject.actors : [acting, ...subject.actors]),
    subject: told(subject),
    actor: actor === undefined ? undefined : told(actor),
    expiresAt: Math.min(subject.exp, actor?.exp ?? Infinity),
    scopes: scopesOf(subject, api),
    useOnce: async () => {
      await subject.useOnce();
      await actor?.useOnce();
    },
  };
}

const told = ({ issuer, subject, claims }: Verified<unknown>): VerifiedSubject => ({ issuer, subject, claims });

/** What an identity assertion says of who may use it, and for what (`oauth-id-jag+jwt`). */
function checkAddressee({ shown, claims }: Verified<SubjectToken>, client: Client, api: ResourceServer): void {
  const { client_id, resource } = claims;
  if (client_id !== undefined && client_id !== client.client_id) throw refusedToken(shown, 'is for another client');
  if (resource === undefined) return;
  const withoutSlash = (uri: unknown): unknown => (typeof uri === 'string' ? uri.replace(/\/$/, '') : uri);
  if ([resource].flat().map(withoutSlash).includes(withoutSlash(api.identifier))) return;
  throw refusedToken(shown, 'is for another resource');
}

/** Scopes mean something at one API: those of a token for another say nothing here. An assertion's are meant for this service. */
function scopesOf({ shown, claims, aud }: Verified<unknown>, api: ResourceServer): readonly string[] | undefined {
  if (shown.type === 'assertion') return claims.scope === undefined ? undefined : scopesOfClaim(claims.scope);
  return aud.includes(api.identifier) ? scopesOfClaim(claims.scope) : undefined;
}

/** The scopes that a token's claim has (RFC 9068 §2.2.3), or a list of them; none where it is something else. */
function scopesOfClaim(scope: unknown): string[] {
  if (typeof scope === 'string') return scope.split(' ').filter((one) => one !== '');
  return Array.isArray(scope) ? scope.filter((one): one is string => typeof one === 'string') : [];
}
