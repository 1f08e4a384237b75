import { z } from 'zod';

/**
 * Members of resources that Auth0's tools send and expect back, and that mean nothing here: of the right kind, and such that the
 * database can keep them. `null` is kept too.
 */
export const loose = {
  flag: z.boolean().nullable().optional(),
  integer: z.int().nullable().optional(),
  text: z.string().nullable().optional(),
  texts: z.array(z.string()).nullable().optional(),
  object: z
    .record(z.string(), z.unknown())
    .refine((value) => isStorable(value), 'is nested too deeply, or has a name that is not allowed')
    .nullable()
    .optional(),
} as const;

/** MongoDB takes no more than 100 levels in a document. */
const MAX_DEPTH = 20;

/** Whether a member of that name can be kept: MongoDB takes no NUL, and its library reads `_bsontype` as a type of its own. */
export const isStorableName = (name: string): boolean => !name.includes('\0') && name !== '_bsontype';

/** Whether a value can be kept, with all members of it. */
export function isStorable(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === MAX_DEPTH) return false;
  return Object.entries(value).every(([name, member]) => isStorableName(name) && isStorable(member, depth + 1));
}
