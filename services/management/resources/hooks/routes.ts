import type { Route } from '../../api/route.ts';
import { gradualRoutes } from './gradual-routes.ts';
import { hookRoutes } from './hook-routes.ts';
import { hookLogRoutes } from './log-routes.ts';
import { rehearsalRoutes } from './rehearsal-routes.ts';
import { revisionRoutes } from './revision-routes.ts';
import { secretRoutes } from './secret-routes.ts';
import { shadowRoutes } from './shadow-routes.ts';

export const allHookRoutes: readonly Route[] = [
  ...hookRoutes,
  ...secretRoutes,
  ...revisionRoutes,
  ...gradualRoutes,
  ...rehearsalRoutes,
  ...shadowRoutes,
  ...hookLogRoutes,
];
