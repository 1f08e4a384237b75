import { z } from 'zod';
import { MAX_CLIENT_ID_LENGTH } from '../../../../shared/domain/client.ts';
import { DifferenceGroup } from '../../../../shared/domain/run-difference.ts';
import { RehearsalNetwork } from '../../../../shared/domain/shadow.ts';
import { CreateRevision, RevisionId } from './schema.ts';

export const MAX_REHEARSED_CLIENTS = 100;
const DEFAULT_REQUESTS = 200;
const MAX_REQUESTS = 1_000;

/** Which requests, and how; `revision` in the place of code. */
export const howToRehearse = {
  revision: RevisionId.optional(),
  /** Left out: recordings where there are some that the caller may use, else logs. */
  source: z.enum(['recordings', 'logs']).optional(),
  /** So many of the newest. */
  last: z.int().min(1).max(MAX_REQUESTS).default(DEFAULT_REQUESTS),
  since: z.iso.datetime({ offset: true }).optional(),
  client_ids: z.array(z.string().min(1).max(MAX_CLIENT_ID_LENGTH)).min(1).max(MAX_REHEARSED_CLIENTS).optional(),
  /** Whether requests that the code makes go out. */
  network: RehearsalNetwork.default('refused'),
  /** `next` of the answer before, with its source. */
  from: z
    .string()
    .regex(/^(?:\d{1,15}\.)?\w{1,64}$/, 'must be what the answer before called next')
    .optional(),
};
export type HowToRehearse = z.infer<z.ZodObject<typeof howToRehearse>>;
export const isOfOneSource = ({ from, source }: Pick<HowToRehearse, 'from' | 'source'>): boolean =>
  from === undefined || source !== undefined;
export const ONE_SOURCE = 'must have source beside from';

/** Through a revision of the hook's history, or code that is not kept, of which what is left out is as in the draft. */
export const StartRehearsal = z
  .strictObject({ ...CreateRevision.shape, ...howToRehearse })
  .refine(
    ({ revision, script, dependencies, hookmint }) =>
      revision === undefined || (script ?? dependencies ?? hookmint) === undefined,
    'takes revision or code, not both',
  )
  .refine(isOfOneSource, ONE_SOURCE);
export type StartRehearsal = z.infer<typeof StartRehearsal>;

export const RehearsalView = z
  .object({
    source: z.enum(['recordings', 'logs']),
    network: RehearsalNetwork,
    /** What is deployed. */
    deployed: z.string(),
    revision: z.string(),
    /** Requests that both ran for. */
    requests: z.int(),
    /** Of these, those with a difference. */
    differing: z.int(),
    /** Requests that could not be repeated: of clients that are gone, or because no executor had a place. */
    not_run: z.int(),
    /** Requests whose code asked for the network, which was refused, or for what nothing recorded answers. */
    network_refused: z.int(),
    /** Claims that the deployed revision itself gives another value each time: no differences. */
    varying: z.array(z.string()),
    groups: z.array(DifferenceGroup),
    /** Differences of further groups. */
    others: z.int(),
    /** Where to go on: there may be more than were asked for, or could be run in the time of one answer. */
    next: z.string().optional(),
  })
  .meta({ id: 'HookRehearsal' });
