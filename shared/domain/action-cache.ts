import { z } from 'zod';

const MAX_ENTRIES = 20;
const MAX_KEY_LENGTH = 64;
const MAX_VALUE_LENGTH = 4_096;

/** What Actions of a trigger keep in `api.cache` (contract §6): by its key, a value and when it expires, milliseconds since the epoch. */
export const ActionCache = z
  .record(
    z.string().max(MAX_KEY_LENGTH),
    z.strictObject({ value: z.string().max(MAX_VALUE_LENGTH), expires_at: z.number() }),
  )
  .refine((entries) => Object.keys(entries).length <= MAX_ENTRIES, 'at most 20 entries');
export type ActionCache = z.infer<typeof ActionCache>;
