import type { Db } from 'mongodb';
import { isRevokedWithOthers } from '../../../shared/domain/revoked-tokens.ts';
import { clientGrantsIn } from '../../../shared/store/client-grants.ts';
import { clientsIn } from '../../../shared/store/clients.ts';
import { revocationsIn } from '../../../shared/store/revocations.ts';
import { storeFailureOf } from '../../../shared/store/store-failure.ts';
import { notKnown, type ReadToken } from './read-token.ts';

/** A token that expired is remembered for so long still, since clocks differ, milliseconds. */
const REMEMBERED_LONGER_MS = 60_000;

/**
 * Which tokens were revoked, as a majority of the store has it. Nothing of it is kept here: there is no gateway that has yet to hear of a
 * revocation, and one that cannot ask says nothing.
 */
export type TokenStore = {
  /** Whether the token, its client and its grant are in force. @throws {OAuthError} 503 while that cannot be known. */
  isInForce: (token: ReadToken) => Promise<boolean>;
  /** @throws {OAuthError} 503 when that is not certain; then it can be done again. */
  revoke: (token: ReadToken) => Promise<void>;
};

export function tokenStoreIn(db: Db): TokenStore {
  const [clients, grants, revocations] = [clientsIn(db), clientGrantsIn(db), revocationsIn(db)];
  return {
    isInForce: async ({ key, clientId, subjectClientId, audience, iat }) => {
      const [client, grant, isRevoked, ...subject] = await unlessAway(
        Promise.all([
          clients.find(clientId),
          grants.findFor(clientId, audience),
          revocations.has(key),
          // What was revoked of a client is what speaks for it, too.
          ...(subjectClientId === undefined ? [] : [clients.find(subjectClientId)]),
        ]),
      );
      if (isRevoked) return false;
      return [client, grant, ...subject].every(
        (one) => one !== undefined && !isRevokedWithOthers(one, iat) && !isOfAnEarlierOne(one, iat),
      );
    },
    revoke: async ({ key, clientId, exp }) => {
      const expiresAt = new Date(exp * 1_000 + REMEMBERED_LONGER_MS);
      if (await unlessAway(revocations.add(key, { clientId, expiresAt }))) return;
      throw notKnown('Whether the token is revoked is not certain yet');
    },
  };
}

/** Whether the second in which a token was issued was over when its client, or the grant, was made: it is of an earlier one of the same name. */
const isOfAnEarlierOne = (
  { created_at_ms: createdMs = 0 }: { created_at_ms?: number | undefined },
  iat: number,
): boolean => (iat + 1) * 1_000 <= createdMs;

async function unlessAway<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (storeFailureOf(error) === undefined) throw error;
    throw notKnown('Which tokens were revoked cannot be known at the moment', error);
  }
}
