import { z } from 'zod';
import { RecordedInput } from '../../../../shared/domain/recorded-input.ts';

const ofOne = { id: z.string(), date: z.iso.datetime(), client_id: z.string(), audience: z.string() };

/** That there is one, and of whom; not what was sent. */
export const RecordingEntry = z.object({ ...ofOne, bytes: z.int() }).meta({ id: 'HookRecordingEntry' });

export const RecordingList = z.object({
  /** Of all that there are, or of the client's. */
  total: z.int(),
  bytes: z.int(),
  oldest: z.iso.datetime().nullable(),
  recordings: z.array(RecordingEntry),
});

/** What hooks were told of a request, without what is never recorded. */
export const RecordingView = z.object({ ...ofOne, event: RecordedInput }).meta({ id: 'HookRecording' });
