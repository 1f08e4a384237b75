import { z } from 'zod';

/** A name for people (contract §5.2, §5.3). */
export function name(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^<>]*$/, 'is not to have < or > in it');
}
