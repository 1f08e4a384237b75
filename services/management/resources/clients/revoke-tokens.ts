import { z } from 'zod';
import { MAX_CLIENT_ID_LENGTH } from '../../../../shared/domain/client.ts';
import { REVOCATION_MARGIN_MS, type RevokedTokens } from '../../../../shared/domain/revoked-tokens.ts';
import { clientGrantsIn } from '../../../../shared/store/client-grants.ts';
import { clientsIn } from '../../../../shared/store/clients.ts';
import { inexistent } from '../../api/api-error.ts';
import { writes } from '../../api/route.ts';
import { RevokedTokensView, RevokeTokens } from './schema.ts';

/** Of tokens that are revoked now, all together: a signer may have dated them by a clock that is ahead of this one. */
export const revokedUntilMs = (): number => Date.now() + REVOCATION_MARGIN_MS;

/** As the audit has it. */
export const revokedUntil = ({ tokens_revoked_until_ms: untilMs }: RevokedTokens) => ({
  tokens_revoked_until: untilMs === null ? null : new Date(untilMs).toISOString(),
});

/** hookmint's own: Auth0 revokes no access tokens. */
export const revokeTokens = writes('post', {
  path: '/clients/{id}/revoke-tokens',
  operationId: 'revokeClientTokens',
  summary: 'Revoke the tokens of a client',
  tag: 'clients',
  scopes: ['update:clients'],
  params: z.strictObject({ id: z.string().min(1).max(MAX_CLIENT_ID_LENGTH) }),
  body: RevokeTokens,
  status: 200,
  response: RevokedTokensView,
  errors: [404],
  handle: async ({ params: { id }, body: { audience } }, { db }) => {
    const tokens_revoked_until_ms = revokedUntilMs();
    const revoked = <Holder extends object>(now: Holder) => ({ ...now, tokens_revoked_until_ms });
    const grant = audience === undefined ? undefined : await clientGrantsIn(db).findFor(id, audience);
    const changed =
      audience === undefined
        ? await clientsIn(db).change(id, revoked)
        : grant === undefined
          ? undefined
          : await clientGrantsIn(db).change(grant.id, revoked);
    if (changed === undefined) throw inexistent(audience === undefined ? 'client' : 'client grant');
    const answer = {
      client_id: id,
      ...(audience === undefined ? {} : { audience }),
      tokens_revoked_until: new Date(tokens_revoked_until_ms).toISOString(),
    };
    const [collection, of] = grant === undefined ? ['clients', id] : ['client_grants', grant.id];
    const [before, after] = [revokedUntil(changed.before), revokedUntil(changed.after)];
    return { answer, change: { collection, id: of, before, after } };
  },
});
