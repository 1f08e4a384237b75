import { createContext, useContext } from 'react';
import type { Session } from '../api/session.ts';

const NOBODY: Session = {
  id: '',
  person: { id: '', name: '' },
  roles: [],
  scopes: [],
  ends_at: '',
  tenant: '',
  issuer: '',
  trace_url: null,
};

export const SignedIn = createContext<Session>(NOBODY);
export const useSession = (): Session => useContext(SignedIn);

/** Whether the person may do something; where not, the reason to show beside what is disabled. */
export function useMay(scope: string): { may: boolean; reason: string | undefined } {
  const may = useSession().scopes.includes(scope);
  return { may, reason: may ? undefined : `Needs ${scope}` };
}
