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

/** A broker whose answers are kept, as far as they fit. */
export function recordingExchange(broker: Exchange): Exchange & { answers: RecordedAnswer[] } {
  const answers: RecordedAnswer[] = [];
  let bytes = 0;
  const keep = (answer: RecordedAnswer): void => {
    const more = bytesOfAnswer(answer);
    if (bytes + more > MAX_ANSWERS_BYTES) return;
    bytes += more;
    answers.push(answer);
  };
  return {
    answers,
    exchange: async (hookId, policy, request, limits) => {
      const key = keyOf(request);
      try {
        const response = await broker.exchange(hookId, policy, request, limits);
        keep({ key, response });
        return response;
      } catch (error) {
        if (error instanceof EgressError) keep({ key, error: { code: error.code, message: error.message } });
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
