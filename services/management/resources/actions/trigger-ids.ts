import { z } from 'zod';
import { TriggerId } from '../../../../shared/domain/hook.ts';

export const ONLY_TRIGGER = 'hookmint runs Actions of the trigger credentials-exchange only';

/** Every trigger that Auth0's tools ask about. */
const AUTH0_TRIGGERS = [
  'post-login',
  'credentials-exchange',
  'pre-user-registration',
  'post-user-registration',
  'post-change-password',
  'send-phone-message',
  'custom-phone-provider',
  'custom-email-provider',
  'password-reset-post-challenge',
  'custom-token-exchange',
  'event-stream',
  'password-hash-migration',
  'login-post-identifier',
  'signup-post-identifier',
  'post-credential-validation',
] as const;

export const AnyTriggerId = z.enum(AUTH0_TRIGGERS, `is not a trigger of Actions; ${ONLY_TRIGGER}`);
export type AnyTriggerId = z.infer<typeof AnyTriggerId>;

/** Whether Actions of the trigger can be run here. */
export function isRunTrigger(id: AnyTriggerId): id is TriggerId {
  return TriggerId.safeParse(id).success;
}

/** Versions of the trigger; an Action of one runs like an Action of the other. */
export const TriggerVersion = z.enum(['v1', 'v2'], 'must be v2 or v1');
export type TriggerVersion = z.infer<typeof TriggerVersion>;
export const CURRENT_TRIGGER_VERSION: TriggerVersion = 'v2';

/** What every Action runs on. */
export const RUNTIMES = ['node22'] as const;
export const DEFAULT_RUNTIME = 'node22';
