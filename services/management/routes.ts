import type { Route } from './api/route.ts';
import { actionsRoutes } from './resources/actions/routes.ts';
import { clientAssertionIssuerRoutes } from './resources/client-assertion-issuers/routes.ts';
import { clientCredentialRoutes } from './resources/client-credentials/routes.ts';
import { clientGrantRoutes } from './resources/client-grants/routes.ts';
import { consoleRoutes } from './resources/console/routes.ts';
import { clientRoutes } from './resources/clients/routes.ts';
import { allHookRoutes } from './resources/hooks/routes.ts';
import { keyRoutes } from './resources/keys/routes.ts';
import { logRoutes } from './resources/logs/routes.ts';
import { recordingRoutes } from './resources/recordings/routes.ts';
import { resourceServerRoutes } from './resources/resource-servers/routes.ts';
import { statsRoutes } from './resources/stats/routes.ts';
import { tenantRoutes } from './resources/tenants/routes.ts';

/** Every operation of the API. */
export const ROUTES: readonly Route[] = [
  ...resourceServerRoutes,
  ...allHookRoutes,
  ...recordingRoutes,
  ...logRoutes,
  ...statsRoutes,
  ...keyRoutes,
  ...actionsRoutes,
  ...clientRoutes,
  ...clientCredentialRoutes,
  ...clientAssertionIssuerRoutes,
  ...clientGrantRoutes,
  ...tenantRoutes,
  ...consoleRoutes,
];
