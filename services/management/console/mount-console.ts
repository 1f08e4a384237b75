import { Router, type Express, type NextFunction, type Request, type Response } from 'express';
import { ApiError } from '../api/api-error.ts';
import type { Announcer } from '../api/announce.ts';
import type { Deps } from '../deps.ts';
import type { ConsoleAddress } from './console-address.ts';
import { serveAsset, servePage } from './serve-page.ts';
import { sessionRoutes } from './session-routes.ts';
import { signInRoutes } from './sign-in/sign-in-routes.ts';
import type { SignInSettings } from './sign-in/sign-in-settings.ts';

/** The console: hookmint in a browser. It has no API of its own but for signing in. */
export function mountConsole(
  app: Express,
  deps: Deps,
  { address, signIn }: { address: ConsoleAddress; signIn: SignInSettings | undefined },
  announcer: Announcer,
): void {
  const console = Router({ caseSensitive: true, strict: true });
  console.use((request: Request, _response: Response, next: NextFunction) => {
    if (!address.hosts.has(request.headers.host ?? '')) {
      const hosts = [...address.hosts].join(', ');
      throw new ApiError(421, 'console_wrong_host', `The console is at ${hosts}.`);
    }
    next();
  });
  console.use(sessionRoutes(deps, address, announcer.record));
  console.use(signInRoutes(deps, address, signIn, announcer.record));
  console.get('/assets/:name', serveAsset);
  console.get(/^\/(?!assets(?:\/|$)|session(?:\/|$)|sign-in(?:\/|$))/, servePage(address));
  app.get(/^\/console$/, (_request, response) => response.redirect(308, address.path));
  app.use('/console', console);
}
