import { hooksIn } from '../../../../shared/store/hooks.ts';
import { inexistent } from '../../api/api-error.ts';
import { performs, type Route } from '../../api/route.ts';
import { requireScope } from '../../auth/require-scope.ts';
import { dryRun, type DryRun } from '../../hook-revisions/dry-run.ts';
import { nextRevision } from '../../hook-revisions/make-next-revision.ts';
import { recordedEvent } from '../../hook-revisions/recorded-event.ts';
import { DryRunView } from '../hooks/revision-schema.ts';
import { editOf } from './edit.ts';
import { actionParams as params, findAction } from './find-action.ts';
import { argumentsOf, DryRunAction, TestAction, TestResult } from './test-schema.ts';
import { draftOf } from './view.ts';

const test = performs({
  path: '/actions/actions/{id}/test',
  operationId: 'testAction',
  summary: "Run an action's draft once without issuing a token",
  tag: 'actions',
  scopes: ['update:actions'],
  params,
  body: TestAction,
  status: 200,
  response: TestResult,
  errors: [404],
  handle: async ({ params: { id }, body }, deps) => {
    const action = await findAction(id, deps);
    const revision = await hooksIn(deps.db).findRevision(draftOf(action) ?? '');
    if (revision === undefined) throw inexistent('action');
    // Actions may set claims without a namespace, independent of the tenant's setting for hooks.
    const how = { event: argumentsOf(body.payload), policy: 'relaxed' as const };
    return { payload: resultOf(await dryRun(action, revision, how, deps)) };
  },
});

const tryUnsaved = performs({
  path: '/actions/actions/{id}/dry-run',
  operationId: 'dryRunAction',
  summary: 'Run code for an action once, without keeping it or issuing a token',
  tag: 'actions',
  scopes: ['update:actions'],
  params,
  body: DryRunAction,
  status: 200,
  response: DryRunView,
  errors: [404],
  handle: async ({ params: { id }, body: { payload = {}, log_id, ...edit }, caller }, deps) => {
    // The Action is shown who asked, from where, and is free to print it.
    if (log_id !== undefined) requireScope(caller, { scopes: ['read:logs'] });
    const event = log_id === undefined ? argumentsOf(payload) : await recordedEvent(log_id, deps);
    const action = await findAction(id, deps);
    const before = await hooksIn(deps.db).findRevision(draftOf(action) ?? '');
    const revision = await nextRevision(id, before, editOf(edit, caller).revision, deps);
    return dryRun(action, revision, { event, policy: 'relaxed' }, deps);
  },
});

export const testRoutes: readonly Route[] = [test, tryUnsaved];

function resultOf({
  token,
  answer,
  outcome,
  dropped,
  console,
  network,
  last_calls,
  cpu_ms,
  wall_ms,
}: DryRun): TestResult['payload'] {
  const isDenied = outcome.status === 'denied';
  const { error, error_description = '' } = answer ?? {};
  const thrown = outcome.error as { name: string; message: string; stack?: string } | undefined;
  const failure = {
    id: outcome.status,
    msg: thrown === undefined ? error_description : `${thrown.name}: ${thrown.message}`,
    ...(thrown?.stack === undefined ? {} : { stack: thrown.stack }),
  };
  return {
    claims: token?.claims ?? {},
    scope: token?.scope ?? [],
    denied: isDenied && error !== undefined ? { error, error_description } : null,
    errors: error === undefined || isDenied ? [] : [failure],
    dropped,
    console,
    network,
    ...(last_calls === undefined ? {} : { last_calls }),
    cpu_ms,
    wall_ms,
  };
}
