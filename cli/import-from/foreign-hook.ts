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
  /** Those that the files have. */
  secrets: HookSecrets;
  /** Names of secrets that the source never gives out. */
  asked: string[];
  /** Settings of the source that nothing here does. */
  losses: string[];
  /** As the source has it. */
  on_failure: 'deny' | 'issue_unmodified';
  /** How long the source lets it run, milliseconds. */
  wall_ms: number;
  /** What whoever imports it must know. */
  notes: string[];
};

/** What is told beside the path. */
export type ForeignFiles = {
  /** Of a Lambda. */
  configurationFile?: string | undefined;
  /** Of WSO2: where the endpoint expects its key, which WSO2 does not tell. */
  keyHeader?: string | undefined;
};
