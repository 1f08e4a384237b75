import type { Route } from '../../api/route.ts';
import { actionRoutes } from './action-routes.ts';
import { actionLogRoutes } from './log-routes.ts';
import { otherActionRoutes } from './other-routes.ts';
import { actionRehearsalRoutes } from './rehearsal-route.ts';
import { testRoutes } from './test-route.ts';
import { triggerRoutes } from './trigger-routes.ts';
import { versionRoutes } from './version-routes.ts';

/** Actions of the trigger credentials-exchange (contract §6). */
export const actionsRoutes: readonly Route[] = [
  ...actionRoutes,
  ...versionRoutes,
  ...testRoutes,
  ...actionRehearsalRoutes,
  ...actionLogRoutes,
  ...triggerRoutes,
  ...otherActionRoutes,
];
