import { z } from 'zod';
import { HookCheck, HookChecks } from '../../../../shared/domain/hook-check.ts';
import { MAX_HOOK_CODE_BYTES } from '../../../../shared/domain/hook.ts';
import { HookSecrets, MAX_HOOK_SECRETS } from '../../../../shared/hook-secrets.ts';
import { policies, policiesInView } from '../../hook-revisions/policies.ts';

/** Triggers that Auth0's hooks have (contract §5.1); only the first is run here. */
const AnyTriggerId = z.enum(
  [
    'credentials-exchange',
    'pre-user-registration',
    'post-user-registration',
    'post-change-password',
    'send-phone-message',
  ],
  'is not a trigger of hooks; hookmint runs hooks of the trigger credentials-exchange only',
);
const RunTriggerId = AnyTriggerId.refine(
  (trigger) => trigger === 'credentials-exchange',
  'hookmint runs hooks of the trigger credentials-exchange only',
);

const MAX_HOOK_NAME_LENGTH = 128;
const MAX_DEPENDENCIES = 100;

const HookName = z
  .string()
  .max(MAX_HOOK_NAME_LENGTH)
  .regex(
    /^[a-zA-Z0-9]([ \-a-zA-Z0-9]*[a-zA-Z0-9])?$/,
    'must be letters, digits, spaces and -, with a letter or digit at both ends',
  );

const Script = z
  .string()
  .min(1, 'must not be empty')
  .refine(
    (script) => Buffer.byteLength(script) <= MAX_HOOK_CODE_BYTES,
    `must have at most ${String(MAX_HOOK_CODE_BYTES)} bytes`,
  );

const Dependencies = z
  .record(z.string().min(1).max(214), z.string().min(1).max(256))
  .refine((all) => Object.keys(all).length <= MAX_DEPENDENCIES, `must be at most ${String(MAX_DEPENDENCIES)}`);

/** Auth0's own documentation has it as text too. */
const Enabled = z.union(
  [z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')],
  'must be true or false',
);

/** `secrets` can be written here with the script, so that no token is shaped by the one without the other; they are all there are then. */
const HookmintInput = z.strictObject({
  ...policies,
  checks: HookChecks.optional(),
  secrets: HookSecrets.refine(
    (secrets) => Object.keys(secrets).length <= MAX_HOOK_SECRETS,
    `at most ${MAX_HOOK_SECRETS} secrets`,
  ).optional(),
});

/** Deploys it though its checks fail. */
export const Force = z.boolean();

const content = {
  name: HookName.optional(),
  script: Script.optional(),
  dependencies: Dependencies.optional(),
  enabled: Enabled.optional(),
};

/** With what is deployed at once. */
const Deployed = HookmintInput.extend({ force: Force.optional() });

export const UpdateHook = z.strictObject({ ...content, hookmint: Deployed.optional() });
export type UpdateHook = z.infer<typeof UpdateHook>;

export const CreateHook = UpdateHook.required({ name: true, script: true }).extend({ triggerId: RunTriggerId });

/** A draft: the name and whether the hook is enabled are no part of a revision. */
export const CreateRevision = z
  .strictObject({ ...content, hookmint: HookmintInput.optional() })
  .omit({ name: true, enabled: true });

export const listQuery = {
  enabled: z.enum(['true', 'false'], 'must be true or false').optional(),
  triggerId: AnyTriggerId.optional(),
};

/** As the API shows it; every member may be left out by `fields`. */
export const HookView = z
  .object({
    id: z.string(),
    name: z.string(),
    script: z.string(),
    dependencies: z.record(z.string(), z.string()),
    triggerId: AnyTriggerId,
    enabled: z.boolean(),
    hookmint: policiesInView.hookmint
      .unwrap()
      .extend({ checks: z.array(HookCheck).optional() })
      .optional(),
  })
  .partial()
  .meta({ id: 'Hook' });
export type HookView = z.infer<typeof HookView>;

/** A secret as it is shown, without its value (contract §5.1). */
export const SECRET_PLACEHOLDER = '_VALUE_NOT_SHOWN_';

export const SecretsView = z.record(z.string(), z.literal(SECRET_PLACEHOLDER));
export const SecretsInput = HookSecrets.refine((secrets) => Object.keys(secrets).length > 0, 'names no secret');
export const SecretNames = z.array(z.string().min(1).max(128)).min(1, 'names no secret').max(MAX_HOOK_SECRETS);

/** Ids as Auth0 has them (contract §5.1). */
export const HookId = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9-]+$/, 'is not the id of a hook');
export const RevisionId = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is not a revision');
