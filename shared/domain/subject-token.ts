import { z } from 'zod';
import { agrees, credentialMembers, isOfSubject } from './federated-credential.ts';

/** RFC 8693 §2.1, RFC 7523 §2.1. */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const JWT_BEARER_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Grants by which a client gets a token that speaks for somebody else. */
export const OnBehalfGrant = z.enum([TOKEN_EXCHANGE, JWT_BEARER_GRANT]);
export type OnBehalfGrant = z.infer<typeof OnBehalfGrant>;

export const GRANT_TYPES = ['client_credentials', ...OnBehalfGrant.options] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

/** What a token is shown as: by its `subject_token_type` (RFC 8693 §3), or as the `assertion` of the JWT bearer grant. */
const ShownTokenType = z.enum(['access_token', 'id_token', 'jwt', 'assertion']);
export type ShownTokenType = z.infer<typeof ShownTokenType>;

/** Most of each list of a client. */
export const MAX_SUBJECT_TOKENS = 20;

const members = {
  ...credentialMembers,
  type: ShownTokenType,
};

type Subject = { subject?: string | undefined; subject_pattern?: string | undefined };
const namesOneWay = ({ subject, subject_pattern }: Subject): boolean =>
  subject === undefined || subject_pattern === undefined;
const ONE_WAY = 'must have subject or subject_pattern, not both';

type Audience = { type: ShownTokenType; audiences?: string[] | undefined };
/** Those of an ID token are clients of its issuer: none of them means this service. */
const hasAudiences = ({ type, audiences }: Audience): boolean => type !== 'id_token' || audiences !== undefined;
const NO_AUDIENCES = 'must have audiences for an id_token: the client_id that it is issued to';

/** Which tokens a client may show to get one that speaks for their subject. Without a subject: anybody's of that issuer. */
export const SubjectToken = z
  .strictObject({
    ...members,
    /** `delegation` (default): the token says that the client acts for the subject; `impersonation`: it is as if the subject had asked. */
    semantics: z.enum(['delegation', 'impersonation']).optional(),
  })
  .refine(namesOneWay, ONE_WAY)
  .refine(hasAudiences, NO_AUDIENCES);
export type SubjectToken = z.infer<typeof SubjectToken>;

/** Which tokens a client may show to have somebody else named as who acts (RFC 8693 §2.1, `actor_token`). */
export const ActorToken = z
  .strictObject({ ...members, type: ShownTokenType.exclude(['assertion']) })
  .refine(namesOneWay, ONE_WAY)
  .refine(hasAudiences, NO_AUDIENCES);
export type ActorToken = z.infer<typeof ActorToken>;

type Told = Parameters<typeof agrees>[1] & { type: ShownTokenType };

/** @param ownAudiences Values of `aud` that mean this service, for a condition that names none. */
export const isAccepted = (
  { type, ...condition }: ActorToken | SubjectToken,
  told: Told,
  ownAudiences: readonly string[],
): boolean =>
  type === told.type &&
  ((condition.subject === undefined && condition.subject_pattern === undefined) ||
    isOfSubject(condition, told.subject)) &&
  agrees(condition, told, ownAudiences);

/** How many actors a token names at most, one behind the other (RFC 8693 §4.1), and how long their names may be in all, characters. */
export const MAX_ACTORS = 5;
export const MAX_ACT_LENGTH = 2_048;

/** Longest subject of a token of another issuer, characters (OpenID Connect Core §2). */
export const MAX_SUBJECT_LENGTH = 255;

/** Who acts, and who acted before (RFC 8693 §4.1). */
export type Act = { iss: string; sub: string; act?: Act | undefined };

export const Act: z.ZodType<Act> = z.strictObject({
  iss: z.string(),
  sub: z.string(),
  act: z.lazy((): z.ZodType<Act> => Act).optional(),
});

/** The actors of a chain, the last one first. */
export function actorsOf(act: Act | undefined): Omit<Act, 'act'>[] {
  const actors: Omit<Act, 'act'>[] = [];
  for (let one = act; one !== undefined; one = one.act) actors.push({ iss: one.iss, sub: one.sub });
  return actors;
}

/** Who a token speaks for, once that is verified, as hooks see it: `subject` and `actor`. */
export const VerifiedSubject = z.strictObject({
  issuer: z.string(),
  subject: z.string(),
  claims: z.record(z.string(), z.unknown()),
});
export type VerifiedSubject = z.infer<typeof VerifiedSubject>;

/** The grant, as hooks are told it; absent for client credentials. */
export const Protocol = z.enum(['oauth2-token-exchange', 'oauth2-jwt-bearer']);
export type Protocol = z.infer<typeof Protocol>;

export const PROTOCOLS: Readonly<Record<OnBehalfGrant, Protocol>> = {
  [TOKEN_EXCHANGE]: 'oauth2-token-exchange',
  [JWT_BEARER_GRANT]: 'oauth2-jwt-bearer',
};
