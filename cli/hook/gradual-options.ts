import { z } from 'zod';
import { GradualBounds } from '../../shared/domain/gradual-deployment.ts';
import { UsageError } from '../../shared/usage-error.ts';

/** Of `hook deploy`: the part of the clients that the file shapes, and what ends it. */
export const GRADUAL_OPTIONS = {
  percent: { type: 'string' },
  client: { type: 'string', multiple: true },
  'max-errors': { type: 'string' },
  'max-denials': { type: 'string' },
  'max-dropped': { type: 'string' },
  'max-p99': { type: 'string' },
} as const;

type Given = { percent?: string; client?: string[] } & Partial<
  Record<'max-errors' | 'max-denials' | 'max-dropped' | 'max-p99', string>
>;

export type Gradually = { percent?: number; client_ids?: string[]; bounds?: Partial<GradualBounds>; force?: boolean };

const BOUNDS = [
  ['max-errors', 'errors_percent'],
  ['max-denials', 'denials_percent'],
  ['max-dropped', 'dropped_percent'],
  ['max-p99', 'p99_ratio'],
] as const;

/**
 * @returns `undefined` for a deployment to all clients.
 * @throws {UsageError}
 */
export function gradually(given: Given): Gradually | undefined {
  const bounds = BOUNDS.flatMap(([option, member]) =>
    given[option] === undefined
      ? []
      : [[member, numberOf(option, given[option], GradualBounds.shape[member])] as const],
  );
  if (given.percent === undefined && given.client === undefined) {
    if (bounds.length === 0) return undefined;
    throw new UsageError('Bounds are of a gradual deployment: give --percent or --client too.');
  }
  return {
    ...(given.percent === undefined ? {} : { percent: numberOf('percent', given.percent, z.int().min(0).max(100)) }),
    ...(given.client === undefined ? {} : { client_ids: given.client }),
    ...(bounds.length === 0 ? {} : { bounds: Object.fromEntries(bounds) }),
  };
}

function numberOf(option: string, given: string, schema: z.ZodNumber): number {
  const parsed = schema.safeParse(/^\d+(\.\d+)?$/.test(given) ? Number(given) : NaN);
  if (parsed.success) return parsed.data;
  const { minValue, maxValue, format } = schema;
  const what = format === 'safeint' ? 'a whole number' : 'a number';
  throw new UsageError(`--${option} must be ${what} from ${String(minValue)} to ${String(maxValue)}, not "${given}".`);
}
