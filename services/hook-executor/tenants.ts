import { LRUCache } from 'lru-cache';
import type { Holder } from '../../shared/bus/fair-shares.ts';

/** Whose values are kept; that of one more takes the place of the one that was used last longest ago. */
const MAX_TENANTS = 1_000;

/** A tenant as an executor knows it, by the subjects on which its requests come. */
export type ExecutingTenant = {
  name: string;
  /** Whether it is hosted beside the deployment's own, which shares sandbox processes with nobody either. */
  isHosted: boolean;
};

/** Who has the place of a run: one of a tenant's, and of a hosted tenant that too, however many it has. */
export function holdersOf(own: string, subject: string, one: string): Holder {
  return tenantOf(subject) === own ? one : [subject, `${subject} ${one}`];
}

/** Names of what a tenant has, as one that all tenants share keeps them apart. */
export function namesOf({ name, isHosted }: ExecutingTenant): (what: string) => string {
  return (what) => (isHosted ? `/${name}/${what}` : what);
}

/** Keeps one value for each tenant, made when it is first asked for. */
export function keptByTenant<Value extends object>(
  own: string,
  make: (tenant: ExecutingTenant) => Value,
): (subject: string) => Value {
  const kept = new LRUCache<string, Value>({ max: MAX_TENANTS });
  return (subject) => {
    const name = tenantOf(subject);
    let value = kept.get(name);
    if (value === undefined) kept.set(name, (value = make({ name, isHosted: name !== own })));
    return value;
  };
}

/** `hookmint.<tenant>.…` */
function tenantOf(subject: string): string {
  return subject.split('.', 2)[1] ?? '';
}
