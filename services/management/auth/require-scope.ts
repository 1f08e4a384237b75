import { ApiError } from '../api/api-error.ts';
import type { Caller, Route } from '../api/route.ts';

/** @throws {ApiError} 403 `insufficient_scope` (contract §5). */
export function requireScope({ scopes }: Caller, route: Pick<Route, 'scopes' | 'everyScope'>): void {
  const has = (scope: string): boolean => scopes.has(scope);
  if (route.everyScope === true ? route.scopes.every(has) : route.scopes.some(has)) return;
  const expected = route.everyScope === true ? 'all' : 'any';
  throw new ApiError(
    403,
    'insufficient_scope',
    `Insufficient scope, expected ${expected} of: ${route.scopes.join(', ')}`,
  );
}
