import type { Act, OnBehalfGrant, Protocol, VerifiedSubject } from '../../../shared/domain/subject-token.ts';

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
