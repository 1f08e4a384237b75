import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HookLog, hookLogSubject } from '../../shared/subjects/hook-log.ts';
import { firstLine } from '../support/first-line.ts';
import { openManagement } from '../support/management.ts';
import { refusal, told } from '../support/post-token.ts';
import { TENANT } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { API, claim, code, errorOf, withActions, type Json } from './management-actions-fixtures.ts';

const { stack, call, must, ask, create, deploy, bindTo, shaped } = withActions();

describe('the code of an Action', () => {
  it('shapes tokens once it is deployed and bound, and changes them when it is deployed anew', async () => {
    const { id } = await create({ code: claim('v', 1) });
    assert.deepEqual(
      errorOf(
        await call('PATCH', '/actions/triggers/credentials-exchange/bindings', {
          bindings: [{ ref: { type: 'action_id', value: id } }],
        }),
      ).errorCode,
      'invalid_body',
    );
    const first = await deploy(id);
    assert.deepEqual(await shaped(), { scope: 'read write' });
    await bindTo(id);
    assert.deepEqual(await shaped(), { scope: 'read write', v: 1 });

    const patched = await must(200, 'PATCH', `/actions/actions/${id}`, { code: claim('v', 2) });
    assert.equal(patched.all_changes_deployed, false);
    assert.equal(patched.code, claim('v', 2));
    assert.equal((patched.deployed_version as Json).code, claim('v', 1));
    assert.deepEqual(await shaped(), { scope: 'read write', v: 1 });
    const second = await deploy(id);
    assert.deepEqual(await shaped(), { scope: 'read write', v: 2 });
    assert.deepEqual([first.number, second.number, second.deployed], [1, 2, true]);
    assert.equal((await deploy(id)).id, second.id);

    const { versions, ...page } = await must(200, 'GET', `/actions/actions/${id}/versions`);
    assert.deepEqual(page, { total: 2, page: 0, per_page: 20 });
    const told = (versions as Json[]).map(({ number, deployed, code: text }) => [number, deployed, text]);
    assert.deepEqual(told, [
      [2, true, claim('v', 2)],
      [1, false, claim('v', 1)],
    ]);

    const back = await must(202, 'POST', `/actions/actions/${id}/versions/${String(first.id)}/deploy`);
    assert.equal(back.number, 3);
    assert.equal(back.code, claim('v', 1));
    assert.deepEqual(await shaped(), { scope: 'read write', v: 1 });
    assert.equal((await must(200, 'GET', `/actions/actions/${id}`)).code, claim('v', 2));
    await must(202, 'POST', `/actions/actions/${id}/versions/${String(second.id)}/deploy`, { update_draft: true });
    assert.equal((await must(200, 'GET', `/actions/actions/${id}`)).all_changes_deployed, true);
    assert.deepEqual(
      (await must(200, 'GET', `/actions/actions/${id}/versions/${String(first.id)}`)).code,
      claim('v', 1),
    );
    assert.equal((await call('GET', `/actions/actions/${id}/versions/other`)).status, 404);

    await bindTo();
    assert.deepEqual(await shaped(), { scope: 'read write' });
  });

  it('may require modules', async () => {
    const { id, dependencies } = await create({
      code: code("const _ = require('lodash'); api.accessToken.setCustomClaim('kebab', _.kebabCase('Foo Bar'));"),
      dependencies: [{ name: 'lodash', version: '4.17.21' }],
    });
    assert.deepEqual(dependencies, [{ name: 'lodash', version: '4.17.21' }]);
    await deploy(id);
    await bindTo(id);
    assert.deepEqual(await shaped(), { scope: 'read write', kebab: 'foo-bar' });
    await bindTo();
  });

  it('can deny the token', async () => {
    const { id } = await create({
      code: code("if (event.request.body.who === 'mallory') api.access.deny('invalid_request', 'not you');"),
    });
    await deploy(id);
    await bindTo(id);
    assert.deepEqual(told(await ask({ who: 'mallory' })), refusal(400, 'invalid_request', 'not you'));
    assert.deepEqual(await shaped({ who: 'alice' }), { scope: 'read write' });
    await bindTo();
  });
});

describe('a test of an Action', () => {
  const test = async (id: string, payload: Json): Promise<Json> => {
    const { payload: result } = await must(200, 'POST', `/actions/actions/${id}/test`, { payload });
    const { cpu_ms, wall_ms, network, ...told } = result as Json;
    assert.ok(typeof cpu_ms === 'number' && typeof wall_ms === 'number' && Array.isArray(network));
    return told;
  };
  const nothing = { claims: {}, scope: [], denied: null, errors: [], dropped: [], console: [] };

  it("runs the draft with an event of one's own, and tells what it came to", async () => {
    const { id } = await create({ deploy: true });
    await must(200, 'PATCH', `/actions/actions/${id}`, {
      code: code(`
        const { accessToken, client, request, proof_of_possession, client_assertion, subject, actor, resource_server, tenant, transaction, secrets } = event;
        const seen = { accessToken, client, request, proof_of_possession, client_assertion, subject, actor, resource_server, tenant, transaction, secrets };
        console.log('key', secrets.KEY);
        api.accessToken.setCustomClaim('seen', { ...seen, secrets: Object.keys(secrets) });
        api.accessToken.setCustomClaim('sub', 'forged');
        api.transaction.removeTargetScope('b');`),
      secrets: [{ name: 'KEY', value: 'the-value' }],
    });
    const event = {
      accessToken: { customClaims: { before: 1 }, scope: ['a', 'b'] },
      client: { client_id: 'me', name: 'Me', metadata: { plan: 'full' } },
      request: { body: { x: [1] }, hostname: 'h', ip: '192.0.2.7', language: 'de', method: 'POST', user_agent: 'u' },
      proof_of_possession: { mechanism: 'dpop', jkt: 'j'.repeat(43) },
      client_assertion: { issuer: 'https://issuer.example.com', subject: 's', claims: { ref: 'main' } },
      subject: { issuer: 'https://idp.example.com', subject: 'alice', claims: { team: 'red' } },
      actor: { issuer: 'https://idp.example.com', subject: 'robot', claims: {} },
      resource_server: { identifier: 'https://other.example.com/' },
      tenant: { id: 'mine' },
      transaction: { protocol: 'oauth2-jwt-bearer', requested_scopes: ['a'] },
    };
    assert.deepEqual(await test(id, event), {
      ...nothing,
      // Those that the token has before, too: it is the whole token that is told.
      claims: {
        before: 1,
        seen: {
          ...event,
          request: { ...event.request, geoip: {} },
          transaction: { protocol: 'oauth2-jwt-bearer', requested_scopes: ['a'], target_scopes: ['a'] },
          secrets: ['KEY'],
        },
      },
      scope: ['a'],
      dropped: [{ kind: 'claim', name: 'sub', reason: 'reserved' }],
      console: [{ level: 'log', text: 'key [secret KEY]' }],
    });
    assert.equal((await call('POST', `/actions/actions/${id}/test`, { payload: { clint: {} } })).status, 400);
  });

  it('is tried with code that is not kept', async () => {
    const { id } = await create({ code: code(''), secrets: [{ name: 'KEY', value: 'the-value' }] });
    const path = `/actions/actions/${id}/dry-run`;
    const ran = await must(200, 'POST', path, {
      code: `const { kebabCase } = require('lodash');\n${code("api.accessToken.setCustomClaim(kebabCase('of ' + event.client.name), Object.keys(event.secrets));")}`,
      dependencies: [{ name: 'lodash', version: '4.17.21' }],
      payload: { client: { name: 'Ada' }, accessToken: { scope: ['read'] } },
    });
    assert.deepEqual(
      [ran.kind, ran.token, ran.dropped],
      ['action', { claims: { 'of-ada': ['KEY'] }, scope: ['read'] }, []],
    );
    assert.equal((await must(200, 'GET', `/actions/actions/${id}`)).code, code(''), 'nothing was kept');

    await shaped();
    let log_id: unknown;
    await until('the log of the token', async () => {
      const { logs } = await must(200, 'GET', `/logs?include_totals=true&q=audience:${encodeURIComponent(`"${API}"`)}`);
      log_id = (logs as Json[])[0]?.log_id;
      return log_id !== undefined;
    });
    const body = { code: code("api.accessToken.setCustomClaim('of', event.resource_server.identifier);") };
    const again = await must(200, 'POST', path, { ...body, log_id });
    assert.deepEqual(again.token, { claims: { of: API }, scope: ['read', 'write'] });
    assert.equal((await call('POST', path, { payload: {}, log_id })).status, 400);
    assert.equal((await call('POST', path, { code: 'module.exports = () => {};' })).status, 400, 'a hook is none');
  });

  it('is heard as it runs', async () => {
    const { id } = await create({
      code: code("console.log('for %s', event.client.name); api.access.deny('invalid_scope', 'no');"),
    });
    await deploy(id);
    await bindTo(id);
    const stop = new AbortController();
    const response = await fetch(`${stack().url}/api/v2/actions/actions/${id}/logs`, {
      headers: { authorization: `Bearer ${(await openManagement(stack())).token}` },
      signal: stop.signal,
    });
    assert.equal(response.status, 200);
    assert.equal((await ask()).status, 400);
    const { hook, lines, failure } = HookLog.parse(JSON.parse(await firstLine(response)));
    stop.abort();
    assert.deepEqual([hook.id, failure?.outcome], [id, 'denied']);
    assert.deepEqual(
      lines.map(({ level }) => level),
      ['log'],
    );
    assert.match(lines[0]?.text ?? '', /^for ./);
    assert.equal((await call('GET', '/actions/actions/other/logs')).status, 404);
    await bindTo();
  });

  it('is not written over what somebody else wrote meanwhile', async () => {
    const made = await create();
    const path = `/actions/actions/${made.id}`;
    const from = { 'if-match': `"${String(made.revision)}"` };
    const first = await call('PATCH', path, { code: claim('first', 1) }, from);
    assert.equal(first.status, 200);
    const second = await call('PATCH', path, { code: claim('second', 1) }, from);
    assert.deepEqual([second.status, errorOf(second).errorCode], [412, 'revision_changed']);
    const deploy = await call('POST', `${path}/deploy`, undefined, from);
    assert.deepEqual([deploy.status, errorOf(deploy).errorCode], [412, 'revision_changed']);
    const { revision } = first.body as { revision: string };
    const deployed = await call('POST', `${path}/deploy`, undefined, { 'if-match': `"${revision}"` });
    assert.equal(deployed.status, 202);
    assert.equal((deployed.body as Json).revision, revision);
  });

  it('tells of a denial and of a failure', async () => {
    const denying = await create({ code: code("api.access.deny('invalid_scope', 'not you')") });
    assert.deepEqual(await test(denying.id, {}), {
      ...nothing,
      denied: { error: 'invalid_scope', error_description: 'not you' },
    });
    const failing = await create({ code: code("\nthrow new TypeError('broken');") });
    const { errors, ...rest } = await test(failing.id, {});
    assert.deepEqual({ ...rest, errors: [] }, nothing);
    const [{ stack, ...error } = { stack: '' }] = errors as Json[];
    assert.deepEqual(error, { id: 'threw', msg: 'TypeError: broken' });
    assert.match(stack as string, /hook\.js:3:7/);
  });
});

describe('the secrets of an Action', () => {
  it('only its code can read them, and they keep their values until others are given', async () => {
    const print = "console.log('with', event.secrets.KEY); api.accessToken.setCustomClaim('secret', event.secrets);";
    const { id } = await create({ code: code(print), secrets: [{ name: 'KEY', value: 'first-value' }], deploy: true });
    await bindTo(id);
    const lines: string[] = [];
    const bus = await stack().bus();
    const log = bus.subscribe(hookLogSubject(TENANT), {
      callback: (_, message) => {
        lines.push(...HookLog.parse(message.json()).lines.map(({ text }) => text));
      },
    });
    await bus.flush();
    assert.deepEqual(await shaped(), { scope: 'read write', secret: { KEY: 'first-value' } });
    await until('what it prints is heard', () => lines.length > 0);
    log.unsubscribe();
    assert.deepEqual(lines, ['with [secret KEY]']);

    const set = (secrets: Json[]) => must(200, 'PATCH', `/actions/actions/${id}`, { secrets });
    // As an export has it, and as an import may give it back.
    assert.equal((await set([{ name: 'KEY' }])).all_changes_deployed, true);
    assert.equal((await set([{ name: 'KEY', value: '_VALUE_NOT_SHOWN_' }])).all_changes_deployed, true);
    assert.equal((await set([{ name: 'KEY', value: 'first-value' }])).all_changes_deployed, true);
    assert.equal((await set([{ name: 'KEY' }, { name: 'NEW', value: 'new-value' }])).all_changes_deployed, false);
    await deploy(id);
    assert.deepEqual((await shaped()).secret, { KEY: 'first-value', NEW: 'new-value' });
    await set([{ name: 'NEW', value: 'other-value' }]);
    await deploy(id);
    assert.deepEqual((await shaped()).secret, { NEW: 'other-value' });
    await bindTo();
  });
});
