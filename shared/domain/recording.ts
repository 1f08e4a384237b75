import { z } from 'zod';

const Names = z.array(z.string().min(1).max(128)).max(100);

/** What is kept of the requests that hooks shape, so that another revision can be rehearsed with them. */
export const RecordingSettings = z.strictObject({
  /** Of the requests; 0: none is recorded, and what is recorded stays for its time. */
  percent: z.number().min(0).max(100).default(0),
  /** Most bytes that recordings take; more, and the oldest go first. */
  max_mib: z.int().min(1).max(4_096).default(64),
  /** Recordings go when they are so old. */
  max_hours: z.int().min(1).max(720).default(72),
  /** Members of the request's body, at each depth, whose values are not recorded. */
  redact_body: Names.default([]),
  /** Entries of the client's metadata whose values are not recorded. */
  redact_metadata: Names.default([]),
  /** The same of claims: those of tokens that others issued, and those that are set without code. */
  redact_claims: Names.default([]),
});
export type RecordingSettings = z.infer<typeof RecordingSettings>;

export const NO_RECORDING: RecordingSettings = RecordingSettings.parse({});
