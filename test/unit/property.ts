import { test } from 'node:test';
import process from 'node:process';
import fc, { type IAsyncProperty, type IProperty, type RunDetails } from 'fast-check';
import { z } from 'zod';

/** Set it to what a failing run printed, and the same examples are made again. A 32-bit whole number; default: random. */
const SEED = z.coerce.number().int().optional().parse(process.env.HOOKMINT_PROPERTY_SEED);

/** One property as a test: `runs` random examples; a failure prints its seed and the smallest example found. */
export function holds<Values>(name: string, runs: number, property: IProperty<Values> | IAsyncProperty<Values>): void {
  test(name, async () => {
    const parameters = { numRuns: runs, ...(SEED === undefined ? {} : { seed: SEED }) };
    const details: RunDetails<Values> = await fc.check(property as IAsyncProperty<Values>, parameters);
    if (!details.failed) return;
    const again = `HOOKMINT_PROPERTY_SEED=${String(details.seed)} makes the same examples again`;
    throw new Error(`${again}\n${fc.defaultReportMessage(details)}`, { cause: details.errorInstance });
  });
}
