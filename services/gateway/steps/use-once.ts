import { createHash } from 'node:crypto';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { jetStreamRefusalOf } from '../../../shared/bus/jetstream-refusal.ts';
import { logger } from '../../../shared/log.ts';
import { OAuthError, RETRY_AFTER_SECONDS } from '../../../shared/oauth-error.ts';
import { assertionUsedSubject } from '../../../shared/subjects/assertion-used.ts';
import { USE_ONCE_TIMEOUT_MS } from '../limits.ts';

/**
 * Marks a client's assertion or DPoP proof as used, for all gateways.
 *
 * @param kind As the client is told of them.
 * @param names What it is: of the client and the `jti` of an assertion, of `dpop`, the key and the `jti` of a proof.
 * @returns Whether this was the first use.
 * @throws {OAuthError} 503 `temporarily_unavailable` while that cannot be known.
 */
export type UseOnce = (
  kind: 'Client assertions' | 'Assertions' | 'DPoP proofs',
  names: readonly string[],
) => Promise<boolean>;

/**
 * They are marked in the stream `HOOKMINT_ASSERTIONS`: the server takes the first message of a subject and refuses any other,
 * so of gateways that are shown the same one at once exactly one accepts it.
 */
export function createUseOnce(connection: NatsConnection, tenant: string): UseOnce {
  const client = jetstream(connection);
  return async (kind, names) => {
    const hash = createHash('sha256').update(JSON.stringify(names)).digest('base64url');
    try {
      await client.publish(assertionUsedSubject(tenant, hash), '', {
        expect: { lastSubjectSequence: 0 },
        timeout: USE_ONCE_TIMEOUT_MS,
        // Sent once: what was stored though its acknowledgement was lost would look used when sent again.
        retries: 1,
      });
      return true;
    } catch (error) {
      const refusal = jetStreamRefusalOf(error);
      if (refusal === 'taken') return false;
      logger.warn({ err: error, kind, refusal }, 'cannot check what was used before');
      throw new OAuthError(503, 'temporarily_unavailable', `${kind} cannot be checked at the moment`, {
        headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
        cause: error,
      });
    }
  };
}
