import { RecordedInput } from '../../../shared/domain/recorded-input.ts';
import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import type { Recording } from '../../../shared/store/recordings.ts';
import type { Deps } from '../deps.ts';

/** What hooks were told; `undefined` where nobody can read it: its key is gone, or a gateway has sealed something else. */
export async function readRecording(
  recording: Recording,
  { openRecording }: Pick<Deps, 'openRecording'>,
): Promise<RecordedInput | undefined> {
  try {
    return RecordedInput.parse(JSON.parse(await openRecording(recording)));
  } catch (error) {
    logger.debug({ recording: recording.id, reason: messageOf(error) }, 'a recording cannot be read');
    return undefined;
  }
}
