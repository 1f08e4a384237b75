import type { Request } from 'express';
import { ApiError } from '../api/api-error.ts';
import type { Route } from '../api/route.ts';
import type { Deps } from '../deps.ts';
import { identify } from './identify.ts';
import { requireScope } from './require-scope.ts';

/** Whether a request that was let in would be again: its token may have expired since, its session been ended, a scope been taken away. */
export async function mayStill(
  request: Request,
  route: Pick<Route, 'scopes' | 'everyScope'>,
  deps: Deps,
): Promise<boolean> {
  try {
    requireScope(await identify(request, deps, { isUse: false }), route);
    return true;
  } catch (error) {
    // What cannot be known at the moment ends nothing: the store or a signer is away.
    return !(error instanceof ApiError && (error.status === 401 || error.status === 403));
  }
}
