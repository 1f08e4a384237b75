import { LRUCache } from 'lru-cache';
import {
  bytesOfAnswer,
  MAX_ANSWERS_BYTES,
  openAnswers,
  sealAnswers,
  type RecordedAnswer,
} from '../../../shared/recorded-answers.ts';

/** Of a rehearsal; each request may be another. */
const MAX_BYTES = 4_194_304;

/**
 * What answered the requests of the deployed revision's runs in one rehearsal. A revision whose isolate is new asks for what the other fetched
 * some runs ago and has kept since: it is told the last answers of those as well.
 */
export function createRecordedAnswers(key: Buffer) {
  const last = new LRUCache<string, RecordedAnswer>({ maxSize: MAX_BYTES, sizeCalculation: bytesOfAnswer });
  return {
    /** Takes those of one run, and gives what the other revision is told beside them, sealed. */
    after: async (sealed: string | undefined): Promise<string> => {
      const own = sealed === undefined ? [] : await openAnswers(sealed, key);
      for (const answer of own) last.set(answer.key, answer);
      const told = [...own];
      const ownKeys = new Set(own.map((answer) => answer.key));
      let left = MAX_ANSWERS_BYTES - own.reduce((bytes, answer) => bytes + bytesOfAnswer(answer), 0);
      // The newest first.
      for (const answer of last.values()) {
        if (ownKeys.has(answer.key)) continue;
        left -= bytesOfAnswer(answer);
        if (left < 0) break;
        told.push(answer);
      }
      return sealAnswers(told, key);
    },
  };
}
