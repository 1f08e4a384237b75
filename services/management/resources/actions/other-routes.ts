import { z } from 'zod';
import { inexistent } from '../../api/api-error.ts';
import { reads, type Route } from '../../api/route.ts';
import { actionParams } from './find-action.ts';
import { actionPageOf, actionPageQuery, sliceOf } from './page.ts';

const tag = 'actions';

/** Auth0's tools list them whether they use them or not (contract §6); there are none here. */
const listModules = reads({
  path: '/actions/modules',
  operationId: 'getActionModules',
  summary: 'Get action modules',
  tag,
  scopes: ['read:actions'],
  query: z.strictObject(actionPageQuery),
  status: 200,
  response: actionPageOf(z.unknown(), 'modules'),
  handle: ({ query }) => Promise.resolve({ modules: [], ...sliceOf([], query).told }),
});

/** What Actions did is in the logs, with the token request that they ran for. */
const getExecution = reads({
  path: '/actions/executions/{id}',
  operationId: 'getActionExecution',
  summary: 'Get an execution of actions',
  tag,
  scopes: ['read:actions'],
  params: actionParams,
  status: 200,
  response: z.object({}),
  errors: [404],
  handle: () => Promise.reject(inexistent('execution')),
});

export const otherActionRoutes: readonly Route[] = [listModules, getExecution];
