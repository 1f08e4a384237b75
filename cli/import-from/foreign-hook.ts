import type { HookKind } from '../../shared/domain/contracts.ts';
import type { HookLanguage } from '../../shared/domain/hook.ts';
import type { HookSecrets } from '../../shared/hook-secrets.ts';

/** A hook as another system's files have it. */
export type ForeignHook = {
  kind: HookKind;
  /** For one that is given no other. */
  name: string;
  script: string;
  language: HookLanguage;
  dependencies: Record<string, string>;
  secrets: HookSecrets;
  /** As the source has it. */
  on_failure: 'deny' | 'issue_unmodified';
  /** How long the source lets it run, milliseconds. */
  wall_ms: number;
  /** What whoever imports it must know. */
  notes: string[];
};
