import { createContext, useContext } from 'react';
import type { AskRehearsal, RehearsalPart } from './changes.ts';
import type { Schemas } from './client.ts';

/** A hook or an Action: code that shapes tokens. */
export type Program = {
  id: string;
  name: string;
  /** Whether tokens are shaped by it: a hook that is enabled, an Action that is bound. */
  isActive: boolean;
  /** Code that is deployed. */
  script: string | undefined;
  /** The system that the code was written for, where that is not Auth0. */
  contract?: string | undefined;
};

/** One line of the history. */
export type RevisionEntry = {
  number: number;
  /** Of the content: two lines of an Action have the same one after a roll-back. */
  revision: string;
  created_at: string;
  /** `undefined` where the API does not tell. */
  created_by: string | null | undefined;
  current: boolean;
  draft: boolean;
  gradual?: Schemas['HookRevisionEntry']['gradual'];
  shadow?: Schemas['HookRevisionEntry']['shadow'];
};

/** How a run is bounded; what is left out is the default. */
export type Policies = Pick<NonNullable<Schemas['Hook']['hookmint']>, 'limits' | 'egress' | 'on_failure' | 'isolation'>;

/** All that is in a revision; secrets by name. */
export type Revision = Pick<
  Schemas['HookRevision'],
  'revision' | 'script' | 'language' | 'dependencies' | 'modules' | 'secrets'
> & {
  policies: Policies;
};

export type DryRun = Schemas['HookDryRun'];
/** What one run printed, and why it made no token. */
export type RunLog = Schemas['HookLog'];

/** What a draft is made of; what is left out stays as it is. */
export type DraftEdit = {
  script?: string;
  dependencies?: Record<string, string>;
  hookmint?: Policies;
};

/** What a run is told of the token request: a sample, what somebody wrote, or a request that was recorded. */
export type TestEvent =
  { kind: 'sample' } | { kind: 'edited'; event: Record<string, unknown> } | { kind: 'recorded'; log_id: string };

type Query<T> = {
  queryKey: readonly unknown[];
  queryFn: (context: { signal: AbortSignal }) => Promise<T>;
  staleTime?: number;
};

/** Hooks and Actions by what the pages of both do with them. */
export type ProgramApi = {
  noun: 'hook' | 'Action';
  title: 'Hooks' | 'Actions';
  /** Of the page, and of what the queries' keys begin with. */
  path: '/hooks' | '/actions';
  key: 'hooks' | 'actions';
  /** Before the number of a revision. */
  prefix: 'r' | 'v';
  sampleEvent: object;
  secretsMember: string;
  /** Whether a change of a secret is deployed with what is deployed, or waits in the draft. */
  deploysSecrets: boolean;
  program: (id: string) => Query<Program>;
  revisions: (id: string) => Query<RevisionEntry[]>;
  revision: (id: string, entry: RevisionEntry) => Query<Revision>;
  /** @param from The revision that the edit began from. */
  save: (id: string, edit: DraftEdit, from: string | undefined) => Promise<RevisionEntry>;
  /**
   * @param current What the author saw deployed.
   * @returns The number that is deployed.
   */
  deploy: (id: string, entry: RevisionEntry, current: RevisionEntry | undefined) => Promise<number>;
  /** Runs code that is not saved. */
  dryRun: (id: string, script: string, test: TestEvent) => Promise<DryRun>;
  /** Runs past requests through what is deployed and through other code, or another revision. */
  rehearse: (id: string, asked: AskRehearsal, signal: AbortSignal) => Promise<RehearsalPart>;
  /** @param known Names of the secrets there are. */
  setSecret: (id: string, secret: { name: string; value: string }, known: readonly string[]) => Promise<unknown>;
  removeSecret: (id: string, name: string, known: readonly string[]) => Promise<unknown>;
  /** Runs that print something or make no token, as they end. */
  followLogs: (id: string, signal: AbortSignal, hear: (log: RunLog) => void) => Promise<void>;
  setActive: (id: string, isActive: boolean) => Promise<unknown>;
  remove: (id: string) => Promise<unknown>;
};

const Context = createContext<ProgramApi | undefined>(undefined);

export const ProgramKind = Context;

/** Which of the two a page is about. */
export function useProgramApi(): ProgramApi {
  const api = useContext(Context);
  if (api === undefined) throw new Error('the page is about no kind of program');
  return api;
}
