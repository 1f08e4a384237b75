import { hookStorageSubject } from '../../../shared/subjects/hook-storage.ts';
import type { Deps } from '../deps.ts';

/** Empties `context.webtask.storage` of a hook that is gone. Its id never comes again, so one that is missed is never read. */
export function forgetStorage(hookId: string, { bus, tenant }: Pick<Deps, 'bus' | 'tenant'>): void {
  bus.publish(hookStorageSubject(tenant, hookId));
}
