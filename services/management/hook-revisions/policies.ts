import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { CONTRACT_NAMES, CONTRACTS, kindNamed } from '../../../shared/domain/contracts.ts';
import { DEFAULT_EGRESS_POLICY, EgressPolicy } from '../../../shared/domain/egress.ts';
import {
  DEFAULT_HOOK_LIMITS,
  HookIsolation,
  HookLanguage,
  HookLimits,
  HookRevisionContent,
} from '../../../shared/domain/hook.ts';
import type { RevisionSource } from '../../../shared/store/hooks.ts';
import type { RevisionEdit } from './make-next-revision.ts';

/** Absent members stay absent, so that a view shows only values that are not the default. */
const SomeLimits = HookLimits.extend({ network_calls: HookLimits.shape.network_calls.unwrap() }).partial();

/**
 * How a hook or an Action runs, and what its code is written in and to, in the member `hookmint`: Auth0 has no such settings. Each is taken as a whole: what is left out of it is
 * the default.
 */
export const policies = {
  limits: SomeLimits.optional(),
  egress: EgressPolicy.partial().optional(),
  on_failure: HookRevisionContent.shape.on_failure.unwrap().optional(),
  isolation: HookIsolation.optional(),
  language: HookLanguage.optional(),
  contract: z.enum(CONTRACT_NAMES).optional(),
};
const Policies = z.object(policies);
type Policies = z.infer<typeof Policies>;

/** As a view shows them: left out when all in it is the default. */
export const policiesInView = { hookmint: Policies.optional() };

/** What of a body's `hookmint` is of a revision. */
export function policiesIn({ limits, egress, on_failure, isolation, language, contract }: Policies = {}): Pick<
  RevisionEdit,
  keyof Policies
> {
  const kind = contract === undefined ? undefined : kindNamed(contract);
  return { limits: asGiven(limits), egress: asGiven(egress), on_failure, isolation, language, contract: kind };
}

export function policiesOf({ limits, egress, on_failure, isolation, language, kind }: RevisionSource): {
  hookmint?: Policies;
} {
  const someLimits = differing(limits, DEFAULT_HOOK_LIMITS);
  const someEgress = differing(egress, DEFAULT_EGRESS_POLICY);
  const hookmint = {
    ...(someLimits === undefined ? {} : { limits: someLimits }),
    ...(someEgress === undefined ? {} : { egress: someEgress }),
    ...(on_failure === 'deny' ? {} : { on_failure }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(language === undefined ? {} : { language }),
    ...(CONTRACTS[kind].isAuth0 ? {} : { contract: CONTRACTS[kind].name }),
  };
  return Object.keys(hookmint).length === 0 ? {} : { hookmint };
}

function differing<T extends object>(value: T, usual: T): Partial<T> | undefined {
  const names = (Object.keys(value) as (keyof T)[]).filter((name) => !isDeepStrictEqual(value[name], usual[name]));
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, value[name]])) as Partial<T>;
}

/** Without the members that are there but undefined. */
function asGiven<T extends object>(value: T | undefined) {
  if (value === undefined) return undefined;
  const given = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(given) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}
