import type { StreamEvent } from '../../shared/subjects/events.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';

/** Whether an event of the stream tells of a token request. */
export function isTokenEvent(event: StreamEvent): event is TokenEvent {
  return event.type.startsWith('token.');
}
