import { Act, actorsOf, MAX_ACT_LENGTH, MAX_ACTORS, MAX_SUBJECT_LENGTH } from '../../../shared/domain/subject-token.ts';
import { z } from 'zod';
import { refusedToken, type Shown } from './read-shown.ts';

/** Somebody who acts: by `iss` and `sub`, since another issuer may have given the same name to somebody else. */
export type Actor = Omit<Act, 'act'>;

const name = z.string().min(1).max(MAX_SUBJECT_LENGTH);
/** Members other than these say nothing of who it is (RFC 8693 §4.1). */
const Said = z.looseObject({ iss: name.optional(), sub: name });

/**
 * The actors that a token of another issuer names, the last one first. Without an `iss` they are of the token's issuer.
 *
 * @param ownIssuer Its actors are named by its own tokens alone.
 * @throws {OAuthError} 400 for one that cannot be read, and for more of them than a token may name.
 */
export function actorsBefore(shown: Shown, act: unknown, issuer: string, ownIssuer: string): Actor[] {
  const actors: Actor[] = [];
  for (let one = act; one !== undefined; one = (one as { act?: unknown }).act) {
    const said = Said.safeParse(one);
    if (!said.success || actors.length === MAX_ACTORS)
      throw refusedToken(shown, 'has an act that cannot be taken over');
    const { iss = issuer, sub } = said.data;
    if (iss === ownIssuer && issuer !== ownIssuer)
      throw refusedToken(shown, 'has an act of another issuer than its own');
    actors.push({ iss, sub });
  }
  return actors;
}

/**
 * The claim `act` (RFC 8693 §4.1).
 *
 * @param actors The last one first.
 * @throws {OAuthError} 400 for more, or longer names, than a token may have.
 */
export function actOf(shown: Shown, actors: readonly Actor[]): Act | undefined {
  const act = actors.reduceRight<Act | undefined>(
    (before, actor) => ({ ...actor, ...(before === undefined ? {} : { act: before }) }),
    undefined,
  );
  const length = actors.reduce((sum, { iss, sub }) => sum + iss.length + sub.length, 0);
  if (actors.length <= MAX_ACTORS && length <= MAX_ACT_LENGTH) return act;
  throw refusedToken(shown, `was handed on too often: a token names ${String(MAX_ACTORS)} actors at most`);
}

/** As this service has written it. */
export const ownActors = (act: unknown): Actor[] => actorsOf(Act.safeParse(act).data);

const MayAct = z.strictObject({ iss: z.string().optional(), sub: z.string() });

/**
 * Whether a token lets somebody act (RFC 8693 §4.4). One that says nothing of it leaves that to what the client is allowed; one that says what is not
 * understood lets nobody.
 *
 * @param issuer Of the token: without an `iss` its names are of that issuer, but that a client may be called by its `client_id`.
 * @param clientId Of the actor, where that is a client of this service.
 */
export function mayAct(said: unknown, actor: Actor, issuer: string, clientId: string | undefined): boolean {
  if (said === undefined) return true;
  const { data } = MayAct.safeParse(said);
  if (data === undefined) return false;
  if (clientId !== undefined && data.sub === clientId && (data.iss ?? actor.iss) === actor.iss) return true;
  return (data.iss ?? issuer) === actor.iss && data.sub === actor.sub;
}
