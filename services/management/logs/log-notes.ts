import { ulid } from 'ulid';

/** A warning that the service adds to a tenant's logs. */
export type LogNote = { description: string; details: object };

/** As many have an id of their own beside the gaps of a message. */
const MAX_NOTES = 5;

/** Warnings that wait for the next of the tenant's logs; of more than a few the oldest are in the service's own log alone. */
export class LogNotes {
  readonly #waiting: (LogNote & { id: string })[] = [];

  add(note: LogNote): void {
    this.#waiting.push({ ...note, id: `note-${ulid()}` });
    if (this.#waiting.length > MAX_NOTES) this.#waiting.shift();
  }

  waiting(): readonly (LogNote & { id: string })[] {
    return [...this.#waiting];
  }

  /** The first so many are in the logs. */
  added(count: number): void {
    this.#waiting.splice(0, count);
  }
}
