import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const folder = mkdtempSync(join(tmpdir(), 'hookmint-types-'));
after(() => rmSync(folder, { recursive: true }));

// An author's project, with hookmint installed.
mkdirSync(join(folder, 'node_modules/hookmint'), { recursive: true });
cpSync(join(ROOT, 'package.json'), join(folder, 'node_modules/hookmint/package.json'));
cpSync(join(ROOT, 'types'), join(folder, 'node_modules/hookmint/types'), { recursive: true });

/** What TypeScript has against a JavaScript file, without its place. */
function complaints(code: string): string[] {
  writeFileSync(join(folder, 'hook.js'), code);
  const options = ['--noEmit', '--allowJs', '--checkJs', '--strict', '--module', 'node16', '--target', 'es2022'];
  const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node'];
  const args = [TSC, ...options, ...types, 'hook.js'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => /error TS\d+: (.+)/.exec(line)?.[1] ?? []);
}

const HOOK = `/** @type {import('hookmint/types').ClientCredentialsExchangeHook} */\n`;
const ACTION = `/** @type {import('hookmint/types').CredentialsExchangeAction} */\n`;

describe('hookmint/types', () => {
  it('knows all that a hook is given', () => {
    const code = `${HOOK}module.exports = async function (client, scope, audience, context, cb) {
      const { plan } = client.metadata;
      if (plan?.startsWith('x')) return cb(new InvalidScopeError(client.name + client.id + client.tenant));
      if (context.body.state) return cb(new InvalidRequestError('no'));
      if (!context.webtask.secrets.KEY?.trim()) return cb(new ServerError(audience.toLowerCase()));
      context.webtask.storage.get((error, data) => context.webtask.storage.set(data, { force: 1 }, () => {}));
      scope?.push('extra');
      if (plan === 'text') return cb('text');
      cb(null, { scope, 'https://x.example/': { plan, list: [1, null, true] } });
    };`;
    assert.deepEqual(complaints(code), []);
  });

  it('knows what it is not given', () => {
    const code = `${HOOK}module.exports = function (client, scope, audience, context, cb) {
      client.client_id;
      scope.push('extra');
      cb(null, { scope: 'a b' });
      new InvalidScopeError(1);
    };`;
    assert.deepEqual(complaints(code), [
      "Property 'client_id' does not exist on type 'HookClient'.",
      "'scope' is possibly 'undefined'.",
      "Type 'string' is not assignable to type 'string[]'.",
      "Argument of type 'number' is not assignable to parameter of type 'string'.",
    ]);
  });

  it('knows all that an Action is given', () => {
    const code = `${ACTION}exports.onExecuteCredentialsExchange = async (event, api) => {
      if (event.request.ip === event.secrets.IP) api.access.deny('invalid_scope', 'no');
      api.accessToken.setCustomClaim(event.resource_server.identifier, event.client.metadata.plan);
      const kept = api.cache.get(event.client.client_id)?.value ?? event.tenant.id;
      const set = api.cache.set('k', kept, { ttl: 1 });
      if (set.type === 'error') console.log(set.code);
      else console.log(set.record.expires_at.toFixed());
      api.transaction.setTargetScopes(event.transaction.requested_scopes);
    };`;
    assert.deepEqual(complaints(code), []);
    assert.deepEqual(
      complaints(`${ACTION}exports.onExecuteCredentialsExchange = (event, api) => api.access.deny('no');`),
      [
        `Argument of type '"no"' is not assignable to parameter of type '"invalid_scope" | "invalid_request" | "server_error"'.`,
      ],
    );
  });

  it('fits the templates', () => {
    for (const kind of ['hook', 'action']) {
      assert.deepEqual(complaints(readFileSync(join(ROOT, `cli/hook/templates/${kind}.js`), 'utf8')), []);
    }
  });
});
