import { z } from 'zod';
import { hashClientSecret, newClientSecret } from '../../../../shared/client-secret.ts';
import { MAX_CLIENT_ID_LENGTH } from '../../../../shared/domain/client.ts';
import { clientsIn } from '../../../../shared/store/clients.ts';
import { inexistent } from '../../api/api-error.ts';
import { writes } from '../../api/route.ts';
import { besideWaysIn, refuseLostWayIn } from '../../auth/ways-in.ts';
import { revokedUntil, revokedUntilMs } from './revoke-tokens.ts';
import { ClientView, RotateSecret } from './schema.ts';
import { rotated } from './secrets.ts';
import { viewOf } from './view.ts';

export const rotateSecret = writes('post', {
  path: '/clients/{id}/rotate-secret',
  operationId: 'rotateClientSecret',
  summary: 'Rotate a client secret',
  tag: 'clients',
  scopes: ['update:client_keys'],
  params: z.strictObject({ id: z.string().min(1).max(MAX_CLIENT_ID_LENGTH) }),
  body: RotateSecret,
  status: 200,
  response: ClientView,
  errors: [404, 409],
  handle: async ({ params: { id }, body: { overlap_seconds, revoke_tokens }, caller }, deps) => {
    const { db, tenant, clientSecretKey } = deps;
    const clientSecret = newClientSecret();
    const hash = hashClientSecret(clientSecret, clientSecretKey);
    const changed = await besideWaysIn(id, deps, (isLast) =>
      clientsIn(db).change(id, (before) => {
        const client_secrets = rotated(before.client_secrets, hash, overlap_seconds, Date.now());
        const revoked = revoke_tokens ? { tokens_revoked_until_ms: revokedUntilMs() } : {};
        const after = { ...before, client_secrets, ...revoked };
        if (isLast) refuseLostWayIn({ before, after }, caller);
        return after;
      }),
    );
    if (changed === undefined) throw inexistent('client');
    const before = viewOf(changed.before, tenant);
    const after = { ...viewOf(changed.after, tenant), ...(revoke_tokens ? revokedUntil(changed.after) : {}) };
    return {
      answer: viewOf(changed.after, tenant, clientSecret),
      change: { collection: 'clients', id, before, after },
    };
  },
});
