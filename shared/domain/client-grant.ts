import { z } from 'zod';

/** What one client may get at one API (contract §5.4). */
export const ClientGrant = z.strictObject({
  id: z.string(),
  client_id: z.string(),
  audience: z.string(),
  scope: z.array(z.string()),
});
export type ClientGrant = z.infer<typeof ClientGrant>;
