import { z } from 'zod';

/**
 * Settings of things that hookmint does not have. Each is taken where it says what hookmint does anyway, which is Auth0's default; any
 * other value is refused, since whoever sets it relies on it. The reason says what to do instead.
 */
export const off = {
  flag: (reason: string) => z.literal(false, `can only be false: ${reason}`).nullable().optional(),

  text: (value: string, reason: string) =>
    z
      .literal(value, `can only be ${value === '' ? 'empty' : value}: ${reason}`)
      .nullable()
      .optional(),

  object: (reason: string) => z.null(`can only be null: ${reason}`).optional(),

  list: (reason: string) => z.array(z.unknown()).max(0, `can only be empty: ${reason}`).nullable().optional(),
};

/**
 * The members of a stored document that its schema takes today: an older version may have kept a setting that it did not heed, and
 * nobody may be told that it holds.
 */
export function heeded(shape: Readonly<Record<string, z.ZodType>>, stored: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(stored).filter(([name, value]) => shape[name]?.safeParse(value).success));
}
