import { z } from 'zod';
import { MAX_ACTION_SECRETS } from '../../../../shared/hook-secrets.ts';
import { name } from '../../api/text.ts';
import { policies, policiesInView } from '../../hook-revisions/policies.ts';
import {
  MAX_ACTION_CODE_BYTES,
  MAX_ACTION_DEPENDENCIES,
  MAX_ACTION_NAME_LENGTH,
  MAX_SECRET_NAME_LENGTH,
  MAX_SECRET_VALUE_LENGTH,
} from './limits.ts';
import { ONLY_TRIGGER, RUNTIMES, TriggerVersion } from './trigger-ids.ts';

/** A member of that name would be lost on the way to the sandbox. */
const notProto = z.string().regex(/^(?!__proto__$)/, 'cannot be __proto__');

/** Of the trigger only its id and version are heeded; the rest is what the list of triggers says of it. */
const SupportedTrigger = z.strictObject({
  id: z.literal('credentials-exchange', `must be credentials-exchange: ${ONLY_TRIGGER}`),
  version: TriggerVersion.optional(),
  status: z.string().optional(),
  runtimes: z.array(z.string()).optional(),
  default_runtime: z.string().optional(),
  compatible_triggers: z.array(z.unknown()).optional(),
  binding_policy: z.string().optional(),
  url: z.string().optional(),
});

const Dependency = z.strictObject({
  name: notProto.min(1).max(214),
  version: z.string().min(1).max(256).default('latest'),
  registry_url: z
    .string()
    .nullish()
    .refine(
      (url) => !url || url === 'https://registry.npmjs.org' || url === 'https://registry.npmjs.org/',
      'is not supported: set HOOKMINT_NPM_REGISTRY of the management service to use another registry',
    ),
});

/** A secret without a value keeps its value: exports contain only names (contract §7). */
export const SecretInput = z.strictObject({
  name: notProto
    .min(1)
    .max(MAX_SECRET_NAME_LENGTH, `A secret's name has at most ${String(MAX_SECRET_NAME_LENGTH)} characters`),
  value: z
    .string()
    .max(MAX_SECRET_VALUE_LENGTH, `A secret's value has at most ${String(MAX_SECRET_VALUE_LENGTH)} characters`)
    .optional(),
  updated_at: z.string().optional(),
});
export type SecretInput = z.infer<typeof SecretInput>;

const distinctNames = (items: { name: string }[]): boolean =>
  new Set(items.map((item) => item.name)).size === items.length;

const members = {
  name: name(MAX_ACTION_NAME_LENGTH),
  supported_triggers: z.array(SupportedTrigger).length(1, 'An Action supports exactly one trigger'),
  code: z
    .string()
    .refine(
      (code) => Buffer.byteLength(code) <= MAX_ACTION_CODE_BYTES,
      `An Action's code has at most ${String(MAX_ACTION_CODE_BYTES)} bytes (100 kB)`,
    ),
  dependencies: z
    .array(Dependency)
    .max(MAX_ACTION_DEPENDENCIES, `An Action has at most ${String(MAX_ACTION_DEPENDENCIES)} dependencies`)
    .refine(distinctNames, 'names a module twice'),
  runtime: z.enum(
    RUNTIMES,
    `can only be ${RUNTIMES.join(' or ')}: every Action has the API of Node.js 22; try it with a test run`,
  ),
  secrets: z
    .array(SecretInput)
    .max(MAX_ACTION_SECRETS, `An Action has at most ${String(MAX_ACTION_SECRETS)} secrets`)
    .refine(distinctNames, 'names a secret twice'),
  hookmint: z.strictObject(policies).optional(),
  modules: z.array(z.unknown()).max(0, 'hookmint has no Action modules: put their code into the Action'),
};

export const UpdateAction = z.strictObject(members).partial();
export type UpdateAction = z.infer<typeof UpdateAction>;

export const CreateAction = UpdateAction.required({ name: true, supported_triggers: true }).extend({
  deploy: z.boolean().optional(),
});

const Time = z.iso.datetime();

const TriggerRef = z.object({ id: z.string(), version: z.string() });

/** Its value never leaves the service. */
const SecretView = z.object({ name: z.string(), updated_at: Time });

const source = {
  code: z.string(),
  dependencies: z.array(z.object({ name: z.string(), version: z.string() })),
  runtime: z.string(),
  secrets: z.array(SecretView),
  ...policiesInView,
  status: z.literal('built'),
  /** Of hookmint itself: what `If-Match` names. */
  revision: z.string(),
  supported_triggers: z.array(TriggerRef),
  built_at: Time,
};

/** An Action where it is only mentioned. */
const ActionBase = z.object({
  id: z.string(),
  name: z.string(),
  supported_triggers: z.array(TriggerRef),
  all_changes_deployed: z.boolean(),
  created_at: Time,
  updated_at: Time,
});
export type ActionBase = z.infer<typeof ActionBase>;

/** A deployed version, or one that was. */
export const ActionVersionView = z
  .object({
    ...source,
    id: z.string(),
    action_id: z.string(),
    deployed: z.boolean(),
    /** Counts from 1 for each Action. */
    number: z.int(),
    errors: z.array(z.unknown()),
    action: ActionBase,
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'ActionVersion' });
export type ActionVersionView = z.infer<typeof ActionVersionView>;

/** An Action: its draft, and the version that is deployed. */
export const ActionView = ActionBase.extend({
  ...source,
  deployed_version: ActionVersionView.omit({ action: true }).optional(),
}).meta({ id: 'Action' });
export type ActionView = z.infer<typeof ActionView>;

/** One place in the order in which a trigger's Actions run. */
export const ActionBindingView = z
  .object({
    id: z.string(),
    trigger_id: z.string(),
    display_name: z.string(),
    action: ActionView,
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'ActionBinding' });
export type ActionBindingView = z.infer<typeof ActionBindingView>;

const BindingRef = z.strictObject({
  type: z.enum(['action_name', 'action_id', 'binding_id'], 'must be action_name, action_id or binding_id'),
  value: z.string().min(1),
});
export type BindingRef = z.infer<typeof BindingRef>;

/** The whole list, in its order. Its length is judged where the trigger is known. */
export const UpdateBindings = z.strictObject({
  bindings: z
    .array(
      z.strictObject({
        ref: BindingRef,
        display_name: name(MAX_ACTION_NAME_LENGTH).optional(),
        secrets: z.array(z.unknown()).max(0, 'A binding has no secrets here: put them into the Action').optional(),
      }),
    )
    .optional(),
});
export type UpdateBindings = z.infer<typeof UpdateBindings>;
