import { z } from 'zod';

/** In what the run of another revision differs for the same request. */
export const DIFFERENCE_KINDS = [
  'claim_added',
  'claim_removed',
  'claim_changed',
  'scope_added',
  'scope_removed',
  /** The token is refused, by a decision of the code. */
  'denied',
  /** There is no token, because the code does not come to an end that is one. */
  'failed',
  /** There is a token where there was none. */
  'issued',
  /** There is none as before, for another reason. */
  'refused_otherwise',
  /** Something is left out of the token that was not asked for before. */
  'dropped',
  /** Of all runs, not of one. */
  'slower',
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** `before` and `after` as JSON or words, cut. */
export type RunDifference = { kind: DifferenceKind; what: string; before?: string; after?: string };

/** Of one request; those beyond are counted. */
export const MAX_RUN_DIFFERENCES = 100;
export const MAX_DIFFERENCE_GROUPS = 50;
export const MAX_GROUP_CLIENTS = 100;
export const MAX_GROUP_EXAMPLES = 3;
export const MAX_DIFFERENCE_TEXT = 200;

const text = z.string().max(MAX_DIFFERENCE_TEXT + 1);

/** A request whose runs differed. */
export const DifferenceExample = z.object({
  /** Of the recording or the log; of a shadow run the trace, where there is one. */
  id: z.string().max(128),
  date: z.iso.datetime(),
  client_id: z.string().max(128),
  audience: z.string(),
  before: text.optional(),
  after: text.optional(),
});
export type DifferenceExample = z.infer<typeof DifferenceExample>;

/** Differences of one kind in the same thing. */
export const DifferenceGroup = z.object({
  kind: z.enum(DIFFERENCE_KINDS),
  /** The claim or scope, or why there is no token. */
  what: text,
  requests: z.int(),
  /** Those with the most requests first. */
  clients: z.array(z.object({ client_id: z.string().max(128), requests: z.int() })).max(MAX_GROUP_CLIENTS),
  examples: z.array(DifferenceExample).max(MAX_GROUP_EXAMPLES),
});
export type DifferenceGroup = z.infer<typeof DifferenceGroup>;
