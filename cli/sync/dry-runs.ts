import { z } from 'zod';
import { UsageError } from '../../shared/usage-error.ts';
import { ApiCallError, type ApiClient } from '../api-client.ts';
import type { Run } from './step.ts';

const Revisions = z.object({
  revisions: z.array(z.object({ revision: z.string(), current: z.boolean(), draft: z.boolean() })),
});
const HookDryRun = z.object({
  token: z.object({ scope: z.array(z.string()), claims: z.record(z.string(), z.unknown()) }).nullable(),
  answer: z.object({ error: z.string(), error_description: z.string() }).nullable(),
});

const ActionTest = z.object({
  payload: z.object({
    claims: z.record(z.string(), z.unknown()),
    scope: z.array(z.string()),
    denied: z.unknown(),
    errors: z.array(z.unknown()),
  }),
});

/** What a hook made of a sample token request: nothing was issued. */
export type Tried = { kind: 'hook' | 'action'; name: string; result: string };

/** Has each hook run once against a sample event, in hookmint's own sandbox. Actions are tried by their own test operation. */
export async function tryEach(shaped: Run['shaped'], api: ApiClient): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const { kind, name, id } of shaped) {
    try {
      tried.push({ kind, name, result: kind === 'hook' ? await tryHook(id, api) : await tryAction(id, api) });
    } catch (error) {
      if (!(error instanceof ApiCallError || error instanceof UsageError)) throw error;
      tried.push({ kind, name, result: error.message });
    }
  }
  return tried;
}

async function tryHook(id: string, api: ApiClient): Promise<string> {
  const { revisions } = await api.read(Revisions, 'GET', `/hooks/${id}/revisions`);
  const current = revisions.find((revision) => revision.current) ?? revisions[0];
  if (current === undefined) return 'it has no revision';
  const { token, answer } = await api.read(
    HookDryRun,
    'POST',
    `/hooks/${id}/revisions/${current.revision}/dry-run`,
    {},
  );
  if (token === null) return `no token: ${answer?.error ?? ''}: ${answer?.error_description ?? ''}`;
  return `scope "${token.scope.join(' ')}", claims ${JSON.stringify(token.claims)}`;
}

async function tryAction(id: string, api: ApiClient): Promise<string> {
  const { payload } = await api.read(ActionTest, 'POST', `/actions/actions/${id}/test`, { payload: {} });
  const { claims, scope, denied, errors } = payload;
  if (denied !== null || errors.length > 0) return `no token: ${JSON.stringify(denied ?? errors)}`;
  return `scope "${scope.join(' ')}", claims ${JSON.stringify(claims)}`;
}
