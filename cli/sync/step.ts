import type { ApiClient } from '../api-client.ts';

/** One resource of the files, and what will become of it in hookmint. */
export type Step = {
  kind:
    | 'resource server'
    | 'client assertion issuer'
    | 'client'
    | 'client grant'
    | 'hook'
    | 'action'
    | 'trigger'
    | 'tenant';
  name: string;
  does: 'create' | 'update' | 'delete' | 'keep' | 'skip';
  /** Members that are not as the files have them. */
  members: string[];
  /** Why it is skipped, or what to know of it. */
  notes: string[];
  /** What of the files hookmint does not do. */
  losses: string[];
  /** Secrets that the files name but that have no value. */
  missingSecrets: string[];
  /** What it makes, and what has to be there before: `api IDENTIFIER`, `client NAME`, `action NAME`. */
  makes?: string;
  needs?: string[];
  /** Makes it so; absent where there is nothing to do, or nothing that can be done. */
  run?: (run: Run) => Promise<unknown>;
};

/** What steps need of each other while they are carried out. */
export type Run = {
  api: ApiClient;
  /** Of clients that are there by now, by name. */
  clientIds: Map<string, string>;
  actionIds: Map<string, string>;
  /** Credentials that were made on the way, shown once. */
  newClients: { name: string; client_id: string; client_secret: string }[];
  /** Clients that were made, when their id is not that of the files. */
  newIds: { name: string; client_id: string }[];
  /** Hooks and Actions that are there by now, to be tried. */
  shaped: { kind: 'hook' | 'action'; name: string; id: string }[];
};

/** What hookmint would refuse, seen before anything is written: nothing is made of it, nor what needs it. */
export function refuse(refused: Step, reasons: readonly string[]): Step {
  const { kind, name, notes, losses, makes } = refused;
  return step(kind, name, 'skip', {
    notes,
    losses: [...losses, ...reasons],
    ...(makes === undefined ? {} : { makes }),
  });
}

export function step(kind: Step['kind'], name: string, does: Step['does'], more: Partial<Step> = {}): Step {
  return { kind, name, does, members: [], notes: [], losses: [], missingSecrets: [], ...more };
}
