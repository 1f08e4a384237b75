import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Dropped, HookFinding, ScopeChanges } from '../../shared/domain/hook-finding.ts';
import type { ApiClient } from '../api-client.ts';

/** A log is there soon after the answer, but not before it; milliseconds between one look and the next. */
const LOOKS_AFTER_MS = [50, 100, 200, 400, 800, 1_600];

const Run = HookFinding.pick({ name: true, outcome: true, cpu_ms: true, wall_ms: true });

/** What the log of a token request tells of the code that shaped the token. */
export const TokenLog = z.object({
  client_name: z.string().optional(),
  details: z.object({
    hook: Run.optional(),
    actions: z.object({ executions: z.array(Run) }).default({ executions: [] }),
    custom_claims: z.array(z.string()).default([]),
    dropped: z.array(Dropped).default([]),
    scope_changes: ScopeChanges.default({ removed: [], added: [] }),
  }),
});
export type TokenLog = z.infer<typeof TokenLog>;

/** The log of the request that its caller named so; `undefined` while there is none. */
export async function findLog(api: ApiClient, correlationId: string): Promise<TokenLog | undefined> {
  const path = `/logs?${new URLSearchParams({ q: `correlation_id:"${correlationId}"`, per_page: '1' }).toString()}`;
  for (const ms of LOOKS_AFTER_MS) {
    await delay(ms);
    const [found] = await api.read(z.array(TokenLog), 'GET', path);
    if (found !== undefined) return found;
  }
  return undefined;
}
