import { z } from 'zod';

/** A name for people (contract §5.2, §5.3). No control characters: terminals would do what it says. */
export function name(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^<>]*$/, 'must not contain < or >')
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not contain control characters');
}
