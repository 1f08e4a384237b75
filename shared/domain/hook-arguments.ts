import type { ActionCache } from './action-cache.ts';
import type { ClientAssertion } from './client-assertion-issuer.ts';
import type { ProofOfPossession } from './proof-of-possession.ts';
import type { Protocol, VerifiedSubject } from './subject-token.ts';

/** The arguments of a hook but `cb` (contract §1.1); `body` becomes `context.body` (§1.6). */
export type HookArguments = {
  client: { id: string; name: string; tenant: string; metadata: Record<string, string> };
  scope?: string[];
  /** Claims that the token has so far: without code, of the hook, and of the Actions before; only Actions see them. */
  custom_claims?: Record<string, unknown>;
  /** What Actions have put into `api.cache`; only Actions see it. */
  cache?: ActionCache;
  audience: string;
  /** What the token will be bound to; absent for a bearer token. */
  proof_of_possession?: ProofOfPossession | undefined;
  /** What another issuer said of the client, verified; absent where the client authenticated otherwise. */
  client_assertion?: ClientAssertion | undefined;
  /** The grant by which the client gets a token for somebody else, who that is, and who acts where it is not the client; else absent. */
  protocol?: Protocol | undefined;
  subject?: VerifiedSubject | undefined;
  actor?: VerifiedSubject | undefined;
  body: Record<string, unknown>;
  /** Of the token that would be issued; only webhooks see it. */
  token?: { issuer: string; lifetime_seconds: number };
  /** Of the token request; only Actions see it (contract §6). */
  request: {
    ip?: string | undefined;
    method: string;
    hostname?: string | undefined;
    user_agent?: string | undefined;
    language?: string | undefined;
    requested_scopes: string[];
  };
};
