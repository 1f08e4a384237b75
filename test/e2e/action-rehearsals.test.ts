import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openManagement, type ApiAnswer, type Management } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';
import { openWithScopes } from './management-clients-fixtures.ts';

const PLAN = 'https://example.com/plan';
const codeOf = (lines: string): string =>
  `exports.onExecuteCredentialsExchange = async (event, api) => {\n${lines}\n};`;
const DEPLOYED = codeOf(`api.accessToken.setCustomClaim('${PLAN}', 'free');`);

let management: Management;
let id = '';
let first = '';

const stack = withStack({ hook: null }, async (started) => {
  management = await openManagement(started);
  const made = await call('POST', '/actions/actions', {
    name: 'rehearsed',
    code: DEPLOYED,
    supported_triggers: [{ id: 'credentials-exchange', version: 'v2' }],
  });
  id = String(made.body.id);
});

type Answered = Omit<ApiAnswer, 'body'> & { body: Record<string, unknown> };
const call = async (method: string, path: string, body?: unknown): Promise<Answered> =>
  (await management.call(method, path, body)) as Answered;

type Report = {
  revision: string;
  requests: number;
  differing: number;
  groups: { kind: string; what: string; examples: { before?: string; after?: string }[] }[];
};
async function rehearsal(body: object): Promise<Report> {
  const answer = await call('POST', `/actions/actions/${id}/rehearsals`, { client_ids: [stack().clientId], ...body });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body as unknown as Report;
}
const told = ({ groups }: Report): unknown[] =>
  groups.map(({ kind, what, examples }) => [kind, what, examples[0]?.before, examples[0]?.after]);

it('code and versions of an Action are rehearsed as those of hooks are', async () => {
  const none = await call('POST', `/actions/actions/${id}/rehearsals`, {});
  assert.deepEqual([none.status, none.body.errorCode], [400, 'hook_not_deployed']);
  first = String((await call('POST', `/actions/actions/${id}/deploy`)).body.revision);
  const refs = [{ ref: { type: 'action_id', value: id } }];
  assert.equal(
    (await call('PATCH', '/actions/triggers/credentials-exchange/bindings', { bindings: refs })).status,
    200,
  );
  await stack().announceChange();
  assert.equal((await requestToken(stack())).status, 200);
  await until('it is in the logs', async () => {
    const { body } = await management.call('GET', `/logs?q=type:seccft AND client_id:${stack().clientId}`);
    return (body as unknown[]).length > 0;
  });
  const same = await rehearsal({ code: `${DEPLOYED}// the same` });
  assert.deepEqual([same.requests, same.differing, told(same)], [1, 0, []]);
  const changed = await rehearsal({ code: DEPLOYED.replace("'free'", "'full'") });
  assert.deepEqual(told(changed), [['claim_changed', PLAN, '"free"', '"full"']]);
  const denied = await rehearsal({ code: codeOf("api.access.deny('invalid_request', 'not today');") });
  assert.deepEqual(
    denied.groups.map(({ kind }) => kind),
    ['denied'],
  );

  await call('PATCH', `/actions/actions/${id}`, { code: DEPLOYED.replace("'free'", "'next'") });
  assert.equal((await call('POST', `/actions/actions/${id}/deploy`)).status, 202);
  const former = await rehearsal({ revision: first });
  assert.deepEqual([former.revision, told(former)], [first, [['claim_changed', PLAN, '"next"', '"free"']]]);
  const { body } = await management.call('GET', `/logs?q=type:seccft AND client_id:${stack().clientId}`);
  assert.equal((body as unknown[]).length, 1, 'nothing was issued');
});

it('what it cannot rehearse is refused, and who may not read what it shows', async () => {
  for (const [body, status] of [
    [{ code: DEPLOYED, revision: first }, 400],
    [{ revision: 'a'.repeat(43) }, 404],
    [{ script: DEPLOYED }, 400],
    [{ code: 'module.exports = (' }, 400],
    [{ code: DEPLOYED, from: '1' }, 400],
  ] as const)
    assert.equal((await call('POST', `/actions/actions/${id}/rehearsals`, body)).status, status, JSON.stringify(body));
  const author = await openWithScopes(management, stack(), 'update:actions');
  const answer = await author.call('POST', `/actions/actions/${id}/rehearsals`, { code: DEPLOYED });
  assert.equal(answer.status, 403);
});
