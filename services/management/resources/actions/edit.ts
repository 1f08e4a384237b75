import { isDeepStrictEqual } from 'node:util';
import type { Hook } from '../../../../shared/domain/hook.ts';
import type { HookSecrets } from '../../../../shared/hook-secrets.ts';
import { invalidBody } from '../../api/api-error.ts';
import type { Caller } from '../../api/route.ts';
import type { RevisionEdit } from '../../hook-revisions/make-next-revision.ts';
import { policiesIn } from '../../hook-revisions/policies.ts';
import { profileOf, type ActionProfile } from './action-profile.ts';
import type { SecretInput, UpdateAction } from './schema.ts';
import { draftOf } from './view.ts';

/** What exports have in place of a value (contract §5.9). */
const NOT_SHOWN = '_VALUE_NOT_SHOWN_';

export type ActionEdit = { revision: RevisionEdit; change: (action: Hook, revision: string) => Hook };

/**
 * What a request changes of an Action: code, dependencies, secrets and how it runs in its draft, the rest at once. What is as it was leaves the
 * Action as it was, so that importing the same once more changes nothing.
 *
 * The revision's edit throws 400 for code that is no Action's, and for a secret without a value.
 */
export function editOf(body: UpdateAction, { id: by }: Pick<Caller, 'id'>): ActionEdit {
  const { name, code, dependencies, secrets, supported_triggers, hookmint } = body;
  let newValues: ReadonlySet<string> = new Set();
  return {
    revision: {
      by,
      code,
      kind: 'action',
      ...policiesIn(hookmint),
      dependencies: dependencies && Object.fromEntries(dependencies.map((module) => [module.name, module.version])),
      secrets:
        secrets &&
        ((before) => {
          const after = secretsOf(secrets, before);
          newValues = new Set(Object.keys(after).filter((secret) => after[secret] !== before[secret]));
          return after;
        }),
    },
    change: (action, revision) => {
      const now_ms = Date.now();
      const before = profileOf(action);
      const timeOf = (secret: string): number =>
        (newValues.has(secret) ? undefined : before.secrets.find((known) => known.name === secret)?.updated_at_ms) ??
        now_ms;
      const profile: ActionProfile = {
        trigger_version: supported_triggers?.[0]?.version ?? before.trigger_version,
        secrets:
          secrets?.map((secret) => ({ name: secret.name, updated_at_ms: timeOf(secret.name) })) ?? before.secrets,
      };
      const next = { ...action, name: name ?? action.name, profile };
      const isSame = revision === draftOf(action) && next.name === action.name && isDeepStrictEqual(profile, before);
      return isSame ? action : { ...next, draft_revision: revision, updated_at_ms: now_ms };
    },
  };
}

function secretsOf(given: readonly SecretInput[], before: HookSecrets): HookSecrets {
  return Object.fromEntries(
    given.map(({ name, value }) => {
      const kept = Object.hasOwn(before, name) ? before[name] : undefined;
      const known = value === undefined || value === NOT_SHOWN ? kept : value;
      if (known === undefined) {
        throw invalidBody(`'The secret ${name} has no value yet: set one, or remove the secret' on property secrets.`);
      }
      return [name, known];
    }),
  );
}
