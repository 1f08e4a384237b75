import { MongoServerError } from 'mongodb';
import { ApiError } from '../../api/api-error.ts';

const MAX_TIME_EXPIRED_CODE = 50;

/** @throws {ApiError} 400 `query_too_expensive` for a search of the logs that the store gave up because of the time it took. */
export async function refusingTheExpensive<Found>(search: () => Promise<Found>): Promise<Found> {
  try {
    return await search();
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === MAX_TIME_EXPIRED_CODE)) throw error;
    const message = 'The search takes too long; narrow it, for example by a range of dates';
    throw new ApiError(400, 'query_too_expensive', message, { cause: error });
  }
}
