import { hooksIn } from '../../../../shared/store/hooks.ts';
import { inexistent } from '../../api/api-error.ts';
import { performs, type Route } from '../../api/route.ts';
import { dryRun, type DryRun } from '../../hook-revisions/dry-run.ts';
import { actionParams as params, findAction } from './find-action.ts';
import { argumentsOf, TestAction, TestResult } from './test-schema.ts';
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
    const how = { event: argumentsOf(body), policy: 'relaxed' as const };
    return { payload: resultOf(await dryRun(action, revision, how, deps)) };
  },
});

export const testRoutes: readonly Route[] = [test];

function resultOf({
  token,
  answer,
  outcome,
  dropped,
  console,
  network,
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
    cpu_ms,
    wall_ms,
  };
}
