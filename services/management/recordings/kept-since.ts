import type { Db } from 'mongodb';
import { NO_RECORDING } from '../../../shared/domain/recording.ts';
import { tenantIn } from '../../../shared/store/tenant.ts';

const HOUR_MS = 3_600_000;

/** What was recorded before counts as gone, also until it is. */
export async function keptSince(db: Db, nowMs = Date.now()): Promise<Date> {
  const { max_hours } = (await tenantIn(db).settings()).recording ?? NO_RECORDING;
  return new Date(nowMs - max_hours * HOUR_MS);
}
