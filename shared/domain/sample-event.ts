import { z } from 'zod';
import { CONTRACTS, isWebhookKind, type HookKind } from './contracts.ts';
import { ClientAssertion } from './client-assertion-issuer.ts';
import type { HookArguments } from './hook-arguments.ts';
import { ProofOfPossession } from './proof-of-possession.ts';
import { withoutCredentials } from './request-credentials.ts';
import { StaticClaims } from './static-claims.ts';
import { Protocol, VerifiedSubject } from './subject-token.ts';

const text = (sample: string) => z.string().default(sample);

/**
 * What a run is told of the token request: the body of Auth0's hook Runner and what hookmint adds to it. What is left out is
 * that Runner's sample (contract §1.5), for an API of one's own.
 */
export const SampleEvent = z.strictObject({
  client: z
    .strictObject({
      id: text('x'.repeat(32)),
      name: text('client-name'),
      tenant: text('my-tenant'),
      metadata: z.record(z.string(), z.string()).default({ plan: 'full' }),
    })
    .prefault({}),
  /** The granted scopes; an empty array for none: the hook's `scope` is then undefined. */
  scope: z.array(z.string()).default(['read:connections']),
  audience: text('https://api.example.com/'),
  /** Claims that the token has before the run: those that are set without code; of an Action also those of the hook and the Actions before. */
  custom_claims: StaticClaims.default({}),
  /** As of a token that is bound to a key; left out: of a bearer token. */
  proof_of_possession: ProofOfPossession.optional(),
  /** As of a client that authenticated by a token of another issuer. */
  client_assertion: ClientAssertion.optional(),
  /** As of a client that asks for a token for somebody else, by one of the grants for that. */
  protocol: Protocol.optional(),
  subject: VerifiedSubject.optional(),
  actor: VerifiedSubject.optional(),
  /** Parameters of the token request: `context.body`, `event.request.body`. Credentials among them reach no hook. */
  body: z.record(z.string(), z.unknown()).transform(withoutCredentials).default({ grant_type: 'client_credentials' }),
  /** Of the token that would be issued; only webhooks see it. */
  token: z
    .strictObject({ issuer: text('https://id.example.com/'), lifetime_seconds: z.int().min(1).default(3_600) })
    .prefault({}),
  /** Only Actions and webhooks see it. */
  request: z
    .strictObject({
      ip: text('192.0.2.1'),
      method: text('POST'),
      hostname: text('tenant.example.com'),
      user_agent: text('curl/8.0'),
      language: text('en'),
      requested_scopes: z.array(z.string()).default([]),
    })
    .prefault({}),
});
export type SampleEvent = z.infer<typeof SampleEvent>;

/** What a run is told: of a sample, or of a request that was recorded. */
export type HookEvent = Omit<HookArguments, 'scope' | 'custom_claims' | 'cache' | 'token'> &
  Required<Pick<HookArguments, 'scope' | 'custom_claims' | 'token'>>;

/** The arguments of a run for that event. */
export function argumentsOf(event: HookEvent, kind: HookKind): HookArguments {
  const { scope, custom_claims, token, ...others } = event;
  return {
    ...others,
    // Contract §1.1: undefined, not empty, when the grant gives none.
    ...(scope.length === 0 ? {} : { scope }),
    ...(CONTRACTS[kind].seesClaims ? { custom_claims } : {}),
    ...(isWebhookKind(kind) ? { token } : {}),
  };
}
