import { autocannon } from './autocannon.ts';
import { oha } from './oha.ts';
import type { LoadGenerator } from './generator.ts';
import { findOnPath } from '../find-on-path.ts';
import { wrk } from './wrk.ts';

/** wrk if it is on PATH, else oha, else autocannon (slower, and it rounds latencies to whole milliseconds). */
export async function chooseGenerator(): Promise<LoadGenerator> {
  const wrkFile = findOnPath('wrk');
  if (wrkFile !== null) return wrk(wrkFile);
  const ohaFile = findOnPath('oha');
  if (ohaFile !== null) return oha(ohaFile);
  return autocannon();
}
