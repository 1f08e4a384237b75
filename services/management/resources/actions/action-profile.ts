import { z } from 'zod';
import type { Hook } from '../../../../shared/domain/hook.ts';
import { CURRENT_TRIGGER_VERSION, TriggerVersion } from './trigger-ids.ts';

/** What an Action's `profile` keeps for Auth0's tools. */
const ActionProfile = z.object({
  trigger_version: TriggerVersion.default(CURRENT_TRIGGER_VERSION),
  /** When each of the draft's secrets was given its value. */
  secrets: z.array(z.object({ name: z.string(), updated_at_ms: z.number() })).default([]),
});
export type ActionProfile = z.infer<typeof ActionProfile>;

export const profileOf = (action: Hook): ActionProfile => ActionProfile.parse(action.profile);
