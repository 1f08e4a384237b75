import { useQuery } from '@tanstack/react-query';
import { useSession } from '../frame/signed-in.ts';
import { actionsQuery } from './actions.ts';
import { hooksQuery } from './hooks.ts';

/** Hooks and Actions, as far as the person may see them: names for ids. */
export function usePrograms(): readonly { id: string; name: string }[] {
  const { scopes } = useSession();
  const hooks = useQuery({ ...hooksQuery, enabled: scopes.includes('read:hooks') });
  const actions = useQuery({ ...actionsQuery, enabled: scopes.includes('read:actions') });
  return [...(hooks.data ?? []), ...(actions.data ?? [])];
}
