import { streams, type Route } from '../../api/route.ts';
import { HookLogView } from '../hooks/revision-schema.ts';
import { actionParams, findAction } from './find-action.ts';

const follow = streams({
  path: '/actions/actions/{id}/logs',
  operationId: 'getActionLogs',
  summary: "Follow an action's console output live",
  tag: 'actions',
  scopes: ['read:actions'],
  params: actionParams,
  status: 200,
  response: HookLogView,
  errors: [404],
  handle: async ({ params: { id } }, deps) => {
    await findAction(id, deps);
    return (tell) =>
      deps.hookLogs((log) => {
        if (log.hook.id === id) tell(log);
      });
  },
});

export const actionLogRoutes: readonly Route[] = [follow];
