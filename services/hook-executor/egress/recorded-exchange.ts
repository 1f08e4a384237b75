import { createHash } from 'node:crypto';
import { bytesOfAnswer, MAX_ANSWERS_BYTES, type RecordedAnswer } from '../../../shared/recorded-answers.ts';
import { allowedUrl, type EgressBroker } from './broker.ts';
import { EgressError, type EgressErrorCode, type HttpExchangeRequest } from './http-exchange.ts';

export type Exchange = Pick<EgressBroker, 'exchange'>;

/** Of two requests that ask a server for the same: headers may have times and signatures. */
const keyOf = ({ method, url, body = '' }: HttpExchangeRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([method, url, body]))
    .digest('base64url');

/** In the place of an answer that is too large to be kept, or was not there by the end of the run. */
const NOT_KEPT = {
  code: 'EGRESS_BUSY',
  message: 'this run is a rehearsal, and the answer was not recorded: it is too large, or came too late',
} as const;

/** A broker whose answers are kept, as far as they fit, in the order of their requests: another run asks in that order, whoever answers first. */
export function recordingExchange(broker: Exchange): Exchange & { answers: RecordedAnswer[] } {
  const answers: RecordedAnswer[] = [];
  let bytes = 0;
  /** Its place among the answers; beyond the bound it has none. */
  const reserve = (key: string): ((answer: Omit<RecordedAnswer, 'key'>) => void) => {
    const reserved = { key, error: NOT_KEPT };
    const reservedBytes = bytesOfAnswer(reserved);
    if (bytes + reservedBytes > MAX_ANSWERS_BYTES) return () => undefined;
    bytes += reservedBytes;
    const at = answers.push(reserved) - 1;
    return (answer) => {
      const kept = { key, ...answer };
      const more = bytesOfAnswer(kept) - reservedBytes;
      if (bytes + more > MAX_ANSWERS_BYTES) return;
      bytes += more;
      answers[at] = kept;
    };
  };
  return {
    answers,
    exchange: async (hookId, policy, request, limits) => {
      const keep = reserve(keyOf(request));
      try {
        const response = await broker.exchange(hookId, policy, request, limits);
        keep({ response });
        return response;
      } catch (error) {
        if (error instanceof EgressError) keep({ error: { code: error.code, message: error.message } });
        throw error;
      }
    },
  };
}

/** One that gives what was kept: of several answers to the same request one after the other, the last again and again. */
export function recordedExchange(answers: readonly RecordedAnswer[]): Exchange {
  const known = Map.groupBy(answers, ({ key }) => key);
  return {
    // A rejection, as of a real one, also where the URL is refused.
    exchange: async (_hookId, policy, request) => {
      allowedUrl(request.url, policy);
      const left = known.get(keyOf(request)) ?? [];
      const answer = await Promise.resolve(left.length > 1 ? left.shift() : left[0]);
      if (answer?.response !== undefined) return answer.response;
      if (answer?.error !== undefined)
        throw new EgressError(answer.error.code as EgressErrorCode, answer.error.message);
      throw new EgressError(
        'EGRESS_REFUSED',
        'this run is a rehearsal, and nothing is recorded that answers this request',
      );
    },
  };
}
