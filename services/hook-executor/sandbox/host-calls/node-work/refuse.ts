import { CallError } from '../call-error.ts';

/** What would take more of the process than a run may: told to the hook with what the bound is. */
export function refuse(message: string): never {
  throw new CallError('ERR_OVER_HOOK_LIMIT', `${message} in hooks`);
}
