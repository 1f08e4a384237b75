import { z } from 'zod';
import { LogType } from '../../../../shared/domain/log-entry.ts';

/** A log as the API shows it (contract §5.7); every member may be left out by `fields`. */
export const LogView = z
  .object({
    _id: z.string(),
    log_id: z.string(),
    date: z.iso.datetime(),
    type: LogType,
    description: z.string(),
    client_id: z.string(),
    client_name: z.string(),
    user_id: z.string(),
    user_name: z.string(),
    audience: z.string(),
    scope: z.string(),
    ip: z.string(),
    client_ip: z.string(),
    user_agent: z.string(),
    hostname: z.string(),
    isMobile: z.boolean(),
    $event_schema: z.object({ version: z.string() }),
    details: z.record(z.string(), z.unknown()),
  })
  .partial()
  .meta({ id: 'Log' });
export type LogView = z.infer<typeof LogView>;

/** A line of the logs as they are made; `skipped`: so many before this one were too many to be told. */
export const LiveLog = LogView.extend({ skipped: z.int().optional() }).meta({ id: 'LiveLog' });
