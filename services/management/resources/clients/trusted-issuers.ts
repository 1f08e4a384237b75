import type { Client } from '../../../../shared/domain/client.ts';
import { clientAssertionIssuersIn } from '../../../../shared/store/client-assertion-issuers.ts';
import { invalidBody } from '../../api/api-error.ts';
import type { Deps } from '../../deps.ts';
import type { CreateClient, UpdateClient } from './schema.ts';

/** Whom a client may speak for, at every API that it is granted, is worth as much as a key that names it. */
export const OF_SUBJECTS = { scopes: ['create:client_credentials'] };

export const subjectsOf = ({ subject_tokens, actor_tokens }: Client) => ({ subject_tokens, actor_tokens });

export const namesSubjects = ({ subject_tokens, actor_tokens }: CreateClient): boolean =>
  [subject_tokens, actor_tokens].some((list) => list !== undefined && list !== null);

/** @throws {ApiError} 400 for an issuer that is not trusted, and was not named before: whoever may add issuers could make it one later. */
export async function refuseUnknownIssuers(
  body: UpdateClient | CreateClient,
  before: Client | null,
  { db, issuer: itself }: Deps,
): Promise<void> {
  const issuersIn = (list: readonly { issuer: string }[] | null | undefined): string[] =>
    (list ?? []).map(({ issuer }) => issuer);
  const federated = issuersIn(body.client_authentication_methods?.federated_jwt?.credentials);
  const present = [...issuersIn(before?.subject_tokens), ...issuersIn(before?.actor_tokens), itself];
  const others = [...issuersIn(body.subject_tokens), ...issuersIn(body.actor_tokens)].filter(
    (issuer) => !present.includes(issuer),
  );
  if (federated.length + others.length === 0) return;
  const known = new Set((await clientAssertionIssuersIn(db).list()).map(({ issuer }) => issuer));
  const isUnknown = (issuer: string): boolean => !known.has(issuer);
  const unknown = federated.find(isUnknown) ?? others.find(isUnknown);
  if (unknown === undefined) return;
  const property = federated.includes(unknown) ? 'client_authentication_methods.federated_jwt' : 'subject_tokens';
  throw invalidBody(
    `'the issuer ${unknown} is not trusted; create it with POST /client-assertion-issuers' on property ${property}.`,
  );
}
