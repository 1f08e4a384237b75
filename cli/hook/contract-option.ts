import { CONTRACT_NAMES, CONTRACTS, kindNamed, type HookKind } from '../../shared/domain/contracts.ts';
import { UsageError } from '../../shared/usage-error.ts';

/** @throws {UsageError} for the name of none. */
export function contractOf(given: string | undefined): HookKind | undefined {
  if (given === undefined) return undefined;
  const kind = kindNamed(given);
  if (kind === undefined)
    throw new UsageError(`--contract must be one of ${CONTRACT_NAMES.join(', ')}, not "${given}".`);
  return kind;
}

/** The contract of code that is not Auth0's; nothing is said of what everybody expects. */
export function contractSaid(kind: HookKind): string[] {
  const { isAuth0, name } = CONTRACTS[kind];
  return isAuth0 ? [] : [name];
}
