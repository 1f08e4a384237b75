import createClient, { type Middleware } from 'openapi-fetch';
import { ORIGIN_PATH } from '../page.ts';
import { ApiFailure } from './failure.ts';
import type { components, paths } from './openapi.d.ts';
import { tellSessionEnded } from './session.ts';

export type Schemas = components['schemas'];

/** With it a cookie counts: no form and no page of another origin can send it. */
export const CONSOLE_HEADER = { 'X-Hookmint-Console': '1' };

/** What is no success becomes an error: nobody has to look at each answer for it. */
const failures: Middleware = {
  onResponse: async ({ response }) => {
    if (response.ok) return undefined;
    const failure = await ApiFailure.of(response);
    if (failure.status === 401) tellSessionEnded();
    throw failure;
  },
  onError: ({ error }) => new ApiFailure({ status: 0, message: 'hookmint does not answer.', cause: error }),
};

/** The Management API, with the types of its own description. */
export const api = createClient<paths>({ baseUrl: ORIGIN_PATH.replace(/\/$/, ''), headers: CONSOLE_HEADER });
api.use(failures);

/** The answer of an operation that failed in no way. */
export async function answered<T>(call: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  const { data } = await call;
  if (data === undefined || data === null) throw new ApiFailure({ status: 0, message: 'The answer was empty.' });
  return data;
}

/** The revision that a write began from, for the API to refuse it when there is another by now. */
export const ifMatch = (revision: string | undefined) =>
  revision === undefined ? {} : { 'If-Match': `"${revision}"` };
