import { streams, type Route } from '../../api/route.ts';
import { HookLog, hookLogSubject } from '../../../../shared/subjects/hook-log.ts';
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
    return (tell) => {
      const subscription = deps.bus.subscribe(hookLogSubject(deps.tenant), {
        callback: (error, message) => {
          if (error !== null) return;
          const log = parsed(message.string());
          if (log?.hook.id === id) tell(log);
        },
      });
      return () => subscription.unsubscribe();
    };
  },
});

export const hookLogRoutes: readonly Route[] = [follow];

function parsed(text: string): HookLog | undefined {
  try {
    return HookLog.parse(JSON.parse(text));
  } catch {
    // Not of an executor of this version; there is nothing to show.
    return undefined;
  }
}
