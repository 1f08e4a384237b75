import type { z } from 'zod';
import type { Person } from '../../../shared/domain/person.ts';
import type { Deps } from '../deps.ts';

/** Who calls: a client by its access token, or a person by the session of the console. */
export type Caller = {
  /** Of the client, or the person: what histories tell, and whose requests are counted. */
  id: string;
  /** `undefined` for a client. */
  person: Person | undefined;
  scopes: ReadonlySet<string>;
  ip: string | undefined;
};

/** What of the configuration a request has changed, as the API shows it: without secrets. */
export type Change = {
  collection: string;
  id: string;
  /** `null` for a document that was made. */
  before: unknown;
  /** `null` for a document that is gone. */
  after: unknown;
  /** Of signing keys: the version of the set that is now in force. */
  keySetVersion?: number | undefined;
};

/** What a write answers, and what it changed; `change` is `null` when all is as it was (`changeOf`). */
export type Written<Answer> = { answer: Answer; change: Change | null };

/** One operation of the API: what it takes, what it answers, and who may call it. */
export type Route = {
  method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  /** Below `/api/v2`, parameters in braces, as OpenAPI has it. */
  path: string;
  operationId: string;
  /** What it does, in a few words; the description of its audit event too. */
  summary: string;
  tag: string;
  /** One of these suffices; all of them when `everyScope` is set. */
  scopes: readonly string[];
  everyScope?: boolean;
  params: z.ZodType | undefined;
  query: z.ZodType | undefined;
  body: z.ZodType | undefined;
  status: 200 | 201 | 202 | 204;
  /** Whatever is not in it does not leave the service. */
  response: z.ZodType | undefined;
  /** Statuses of errors in addition to those of every operation. */
  errors?: readonly number[];
  isWrite: boolean;
  /** It takes `If-Match` with the revision that the caller began from, and refuses another with 412. */
  takesIfMatch?: true;
  /** It shows what is recorded of clients: who asked for what is kept as an audit event, before it is answered. */
  audits?: (input: Input<unknown, unknown, unknown>) => Pick<Change, 'collection' | 'id' | 'after'> | undefined;
  /** The answer is lines of JSON, each a `response`, until the client goes; `handle` gives a {@link Source}. */
  isStream?: true;
  handle: (input: Input<unknown, unknown, unknown>, deps: Deps) => Promise<unknown>;
};

export type Input<Params, Query, Body> = {
  params: Params;
  query: Query;
  body: Body;
  caller: Caller;
  /** The revision of `If-Match`, of an operation that takes it. */
  ifMatch: string | undefined;
};

type Spec<Params, Query, Body, Answer, Returned> = Omit<
  Route,
  'params' | 'query' | 'body' | 'response' | 'handle' | 'audits' | 'isWrite' | 'method'
> & {
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  response?: z.ZodType<unknown, Answer>;
  audits?: (input: Input<Params, Query, Body>) => ReturnType<NonNullable<Route['audits']>>;
  handle: (input: Input<Params, Query, Body>, deps: Deps) => Promise<Returned>;
};

/** An operation that changes nothing. */
export function reads<Params = undefined, Query = undefined, Answer = undefined>(
  spec: Spec<Params, Query, undefined, Answer, Answer>,
): Route {
  return asRoute('get', spec, false);
}

/** An operation that changes the configuration. What it changed is announced to all services and kept as an audit event. */
export function writes<Params = undefined, Query = undefined, Body = undefined, Answer = undefined>(
  method: Exclude<Route['method'], 'get'>,
  spec: Spec<Params, Query, Body, Answer, Written<Answer>>,
): Route {
  return asRoute(method, spec, true);
}

/** An operation by POST that changes nothing, such as a dry run. */
export function performs<Params = undefined, Query = undefined, Body = undefined, Answer = undefined>(
  spec: Spec<Params, Query, Body, Answer, Answer>,
): Route {
  return asRoute('post', spec, false);
}

/** Has every item told to a reader from now on, until the function that it gives is called. */
export type Source<Item> = (tell: (item: Item) => void) => () => void;

/** An operation whose answer goes on: newline-delimited JSON, as it happens. */
export function streams<Params = undefined, Query = undefined, Item = undefined>(
  spec: Spec<Params, Query, undefined, Item, Source<Item>>,
): Route {
  return { ...asRoute('get', spec, false), isStream: true };
}

function asRoute<Params, Query, Body, Answer, Returned>(
  method: Route['method'],
  { params, query, body, response, handle, audits, ...rest }: Spec<Params, Query, Body, Answer, Returned>,
  isWrite: boolean,
): Route {
  // What the handler is given has been parsed by the very schemas that its types come from.
  const untyped = handle as Route['handle'];
  const audited = audits === undefined ? {} : { audits: audits as NonNullable<Route['audits']> };
  return { ...rest, ...audited, method, params, query, body, response, handle: untyped, isWrite };
}
