import { ApiFailure } from './failure.ts';

/** How the API says which member of a body is wrong. */
const WRONG = /^Payload validation error: '(?<why>.*)' on property (?<path>.*)\.$/s;

/** The member that the API refused, as `scopes.0.value`, and why. */
export function wrongMember(error: unknown): { path: string; why: string } | undefined {
  if (!(error instanceof ApiFailure)) return undefined;
  const { path, why } = WRONG.exec(error.message)?.groups ?? {};
  return path === undefined || why === undefined ? undefined : { path, why };
}
