import { z } from 'zod';
import { Person } from '../domain/person.ts';

/**
 * `hookmint.<tenant>.config.written`: management → the stream `HOOKMINT_EVENTS`. Who wrote what of the configuration: an audit
 * event for each write, with the document before and after as the API shows it, so without secrets.
 */
export const ConfigWritten = z.object({
  type: z.literal('config.written'),
  id: z.string(),
  /** Milliseconds since the epoch. */
  time_ms: z.number(),
  trace_id: z.string().optional(),
  /** What the caller called the request (`X-Correlation-ID`, `X-Request-Id`). */
  correlation_id: z.string().optional(),
  ip: z.string().optional(),
  user_agent: z.string().optional(),
  /** Who: the client that the access token was issued to; absent when it was a person. */
  client_id: z.string().optional(),
  client_name: z.string().optional(),
  /** Who: somebody signed in to the console. */
  person: Person.optional(),
  /** What the operation is called in the API's description. */
  description: z.string(),
  method: z.string(),
  path: z.string(),
  status: z.int(),
  /** Nobody knows whether the write is in effect; `before` and `after` are then `null`. */
  outcome: z.literal('unknown').optional(),
  collection: z.string(),
  document_id: z.string(),
  /** `null` for a document that was made, or is gone. */
  before: z.unknown(),
  after: z.unknown(),
});
export type ConfigWritten = z.infer<typeof ConfigWritten>;
