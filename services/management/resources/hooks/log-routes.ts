import { streams, type Route } from '../../api/route.ts';
import { findHook, hookParams } from './find-hook.ts';
import { HookLogView } from './revision-schema.ts';

const follow = streams({
  path: '/hooks/{id}/logs',
  operationId: 'getHookLogs',
  summary: "Follow a hook's console output live",
  tag: 'hook-revisions',
  scopes: ['read:hooks'],
  params: hookParams,
  status: 200,
  response: HookLogView,
  errors: [404],
  handle: async ({ params: { id } }, deps) => {
    await findHook(id, deps);
    return (tell) =>
      deps.hookLogs((log) => {
        if (log.hook.id === id) tell(log);
      });
  },
});

export const hookLogRoutes: readonly Route[] = [follow];
