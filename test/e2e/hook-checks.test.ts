import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openManagement, type ApiAnswer, type Management } from '../support/management.ts';
import { runCli } from '../support/run-cli.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const CLAIM = 'https://example.com/plan';
const folder = mkdtempSync(join(tmpdir(), 'hookmint-checks-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let management: Management;
const stack = withStack({ hook: null }, async (started) => {
  management = await openManagement(started);
});

const scriptOf = (plan: string): string =>
  `module.exports = (client, scope, audience, context, cb) => cb(null, { scope, '${CLAIM}': ${plan} });`;
const GOOD = scriptOf('client.metadata.plan');
const CHECKS = [
  { name: 'full', event: { client: { metadata: { plan: 'full' } } }, expect: { claims: { [CLAIM]: 'full' } } },
  { name: 'scopes stay', event: { scope: ['read:data'] }, expect: { scope: 'read:data', outcome: 'ok' } },
];

type Answered = Omit<ApiAnswer, 'body'> & { body: Record<string, unknown> };
const call = async (method: string, path: string, body?: unknown): Promise<Answered> =>
  (await management.call(method, path, body)) as Answered;

let last = 0;
async function made(hookmint: object, enabled = true): Promise<string> {
  const name = `checked ${String(++last)}`;
  const { status, body } = await call('POST', '/hooks', {
    name,
    triggerId: 'credentials-exchange',
    script: GOOD,
    enabled,
    hookmint,
  });
  assert.equal(status, 201, JSON.stringify(body));
  return String(body.id);
}

function assertRefused({ status, body }: Answered, ...told: RegExp[]): void {
  assert.deepEqual([status, body.errorCode], [400, 'hook_checks_failed'], JSON.stringify(body));
  for (const pattern of told) assert.match(String(body.message), pattern);
}

describe('the checks of a hook', () => {
  it('the checks of a revision are run where hooks run, whichever way it is deployed', async () => {
    const id = await made({ checks: CHECKS });
    const broken = scriptOf(`'free'`);
    assertRefused(await call('PATCH', `/hooks/${id}`, { script: broken }), /1 of 2 checks/, /full:/, /"free"/);
    const { status, body: draft } = await call('POST', `/hooks/${id}/revisions`, { script: broken });
    assert.equal(status, 201);
    const { body: shown } = await call('GET', `/hooks/${id}/revisions/${String(draft.revision)}`);
    assert.deepEqual(shown.checks, CHECKS);
    assertRefused(await call('POST', `/hooks/${id}/revisions/${String(draft.revision)}/deploy`, {}), /full:/);
    assertRefused(
      await call('PUT', `/hooks/${id}/gradual-deployment`, { revision: draft.revision, percent: 10 }),
      /full:/,
    );
    assertRefused(
      await call('POST', '/hooks', {
        name: 'refused',
        triggerId: 'credentials-exchange',
        script: broken,
        hookmint: { checks: CHECKS },
      }),
    );
    assert.equal((await call('GET', `/hooks/${id}`)).body.script, GOOD);

    const better = scriptOf('client.metadata.plan || null');
    assert.equal((await call('PATCH', `/hooks/${id}`, { script: better })).status, 200);
    const without = await call('PATCH', `/hooks/${id}`, { script: broken, hookmint: { checks: [] } });
    assert.deepEqual([without.status, without.body.hookmint], [200, undefined]);
  });

  it('a revision whose checks fail is deployed by force alone, which the audit has', async () => {
    const id = await made({ checks: CHECKS });
    const broken = scriptOf(`'forced'`);
    const { body: draft } = await call('POST', `/hooks/${id}/revisions`, { script: broken });
    const ways: [string, string, object][] = [
      ['PUT', `/hooks/${id}/gradual-deployment`, { revision: draft.revision, percent: 10, force: true }],
      ['POST', `/hooks/${id}/revisions/${String(draft.revision)}/deploy`, { force: true }],
      ['PATCH', `/hooks/${id}`, { script: scriptOf(`'by patch'`), hookmint: { force: true } }],
    ];
    for (const [method, path, body] of ways) {
      const without = Object.fromEntries(Object.entries(body).filter(([member]) => member !== 'force'));
      assertRefused(await call(method, path, 'hookmint' in without ? { script: scriptOf(`'by patch'`) } : without));
      const { status } = await call(method, path, body);
      assert.equal(status, 200, path);
      await until('the audit has it', async () => {
        const { body: logs } = await management.call('GET', `/logs?per_page=10&q=${encodeURIComponent('type:sapi')}`);
        return (logs as { details: { request: { path: string }; after: { failed_checks?: string[] } } }[]).some(
          ({ details }) => details.request.path === `/api/v2${path}` && details.after.failed_checks?.[0] === 'full',
        );
      });
    }
    const { body: hook } = await call('GET', `/hooks/${id}`);
    assert.deepEqual(hook.hookmint, { checks: CHECKS });
  });

  it('are the same when they are given again, and make another revision when they differ', async () => {
    const id = await made({ checks: CHECKS }, false);
    const numbers = async (): Promise<number> =>
      ((await call('GET', `/hooks/${id}/revisions`)).body.revisions as unknown[]).length;
    const { body: hook } = await call('GET', `/hooks/${id}`);
    assert.equal((await call('PATCH', `/hooks/${id}`, { hookmint: hook.hookmint })).status, 200);
    assert.equal(await numbers(), 1);
    assert.equal((await call('PATCH', `/hooks/${id}`, { hookmint: { checks: CHECKS.slice(1) } })).status, 200);
    assert.equal(await numbers(), 2);
  });

  it('are bounded, and refused where nobody could run them', async () => {
    const one = { name: 'one', expect: {} };
    for (const [checks, told] of [
      [Array.from({ length: 51 }, (_, n) => ({ ...one, name: String(n) })), /at most 50/],
      [[one, one], /name of their own/],
      [[{ ...one, expect: { claims: { a: 'x'.repeat(66_000) } } }], /at most 65536 bytes/],
      [[{ ...one, event: { client: { id: 1 } } }], /checks\.0\.event\.client\.id/],
      [[{ ...one, expect: { other: 1 } }], /checks\.0\.expect/],
      [[{ ...one, secrets: { KEY: 'value' } }], /secrets/],
      [[{ expect: {} }], /checks\.0\.name/],
      [[{ ...one, expect: undefined }], /checks\.0\.expect/],
    ] as const) {
      const { status, body } = await call('POST', '/hooks', {
        name: 'bounded',
        triggerId: 'credentials-exchange',
        script: GOOD,
        hookmint: { checks },
      });
      assert.deepEqual([status, body.errorCode], [400, 'invalid_body'], JSON.stringify(body).slice(0, 500));
      assert.match(String(body.message), told);
    }
  });

  it('are the cases of a folder, carried by deploy, export and apply', async () => {
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    write('cased.js', GOOD);
    write('full.case.json', JSON.stringify({ hook: './cased.js', event: CHECKS[0]?.event, expect: CHECKS[0]?.expect }));
    write('secret.case.json', JSON.stringify({ hook: './cased.js', secrets: { A: 'local value' }, expect: {} }));
    write('other.case.json', JSON.stringify({ hook: './other.js', expect: {} }));
    const deployed = await runCli(stack(), folder, ['hook', 'deploy', 'cased.js', '--enable', '--checks', '.']);
    assert.deepEqual(
      [deployed.code, deployed.stdout],
      [0, 'cased: revision 1 is deployed and enabled\n'],
      deployed.stderr,
    );
    assert.match(deployed.stderr, /1 of 2 cases have secrets or an endpoint of their own/);
    write('cased.js', scriptOf(`'no'`));
    const refused = await runCli(stack(), folder, ['hook', 'deploy', 'cased.js']);
    assert.deepEqual([refused.code, refused.stdout], [2, '']);
    assert.match(refused.stderr, /1 of 1 checks of the hook failed/);
    const forced = await runCli(stack(), folder, ['hook', 'deploy', 'cased.js', '--force']);
    assert.deepEqual([forced.code, forced.stdout], [0, 'cased: revision 2 is deployed and enabled\n'], forced.stderr);
    assert.equal((await runCli(stack(), folder, ['hook', 'rollback', 'cased'])).code, 0);

    assert.equal((await runCli(stack(), folder, ['export', 'tenant'])).code, 0);
    const file = JSON.parse(readFileSync(join(folder, 'tenant', 'hooks', 'cased.json'), 'utf8')) as {
      hookmint: object;
    };
    assert.deepEqual(file.hookmint, { checks: [{ ...CHECKS[0] }] });
    const same = await runCli(stack(), folder, ['diff', 'tenant']);
    assert.equal(same.code, 0, same.stdout + same.stderr);
    writeFileSync(join(folder, 'tenant', 'hooks', 'cased.json'), JSON.stringify({ ...file, hookmint: {} }));
    const differs = await runCli(stack(), folder, ['diff', 'tenant']);
    assert.equal(differs.code, 1, differs.stdout + differs.stderr);
  });
});
