import { z } from 'zod';
import { ConsoleRole, Person } from '../../../../shared/domain/person.ts';

const MAX_LINK_MINUTES = 60;
const DEFAULT_LINK_MINUTES = 15;

export const MakeLink = z
  .strictObject({
    /** Default: admin. */
    role: ConsoleRole.default('admin'),
    /** Until the link expires. Default 15. */
    minutes: z.int().min(1).max(MAX_LINK_MINUTES).default(DEFAULT_LINK_MINUTES),
  })
  .prefault({});

export const LinkView = z.object({ url: z.url(), expires_at: z.iso.datetime() }).meta({ id: 'ConsoleLink' });

/** Somebody's being signed in; by its id it can be ended. */
export const SessionView = z
  .object({
    id: z.string(),
    person: Person,
    roles: z.array(ConsoleRole),
    /** Of this API, beside those of the roles. */
    scopes: z.array(z.string()),
    user_agent: z.string(),
    started_at: z.iso.datetime(),
    seen_at: z.iso.datetime(),
    ends_at: z.iso.datetime(),
  })
  .meta({ id: 'ConsoleSession' });
