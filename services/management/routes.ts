import type { Route } from './api/route.ts';
import { resourceServerRoutes } from './resources/resource-servers/routes.ts';

/** Every operation of the API. */
export const ROUTES: readonly Route[] = [...resourceServerRoutes];
