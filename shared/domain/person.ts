import { z } from 'zod';

/** Somebody who signed in to the console. */
export const Person = z.object({
  /** Told in audit events and histories. Never a client's: it has a `|`. */
  id: z.string().max(512),
  name: z.string().max(256),
});
export type Person = z.infer<typeof Person>;

/** What somebody may do in the console: a set of scopes of the Management API. */
export const ConsoleRole = z.enum(['viewer', 'author', 'operator', 'admin']);
export type ConsoleRole = z.infer<typeof ConsoleRole>;

/** Whoever started hookmint on this machine. */
export const OWNER: Person = { id: 'link|owner', name: 'this machine' };
