import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { cacheFolder } from '../../shared/cache-folder.ts';
import { openManagement, type Management } from '../support/management.ts';
import { startNpmRegistry } from '../support/npm-registry.ts';
import { postJson } from '../support/post-token.ts';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';
import { holdsCanary, plantCanaries } from './build-canaries.ts';
import { computed, IMPORTS, packageFields, sourceMaps, specifiers } from './build-spellings.ts';

// What is built, run, enabled, refused and logged on a running stack: a file of the data folder, of the home folder and beside the author's
// project is in none of it.

const canaries = plantCanaries();
const dataDir = join(canaries.folder, 'data', 'stack');
mkdirSync(dataDir);
writeFileSync(
  join(canaries.folder, 'project', 'hook.js'),
  'module.exports = (a, b, c, d, cb) => cb(null, { scope: b });',
);

const registry = await startNpmRegistry();
registry.publish('kit', { files: { 'index.js': 'module.exports = 1;', 'lib/index.js': '' } });
after(() => {
  registry.close();
  canaries.close();
});

let api: Management;
const stack = withStack(
  {
    dataDir,
    args: ['--hook', join(canaries.folder, 'project', 'hook.js')],
    env: {
      HOME: join(canaries.folder, 'home'),
      // The servers are there; modules go beside them.
      HOOKMINT_CACHE_DIR: cacheFolder(),
      HOOKMINT_NPM_REGISTRY: registry.url,
    },
  },
  async (started) => {
    api = await openManagement(started);
  },
);

/** What a hook does with what it gets: it is returned, printed and thrown. */
const using = (code: string): string => `${code}
;{ const got = module.exports; module.exports = (a, b, c, context, cb) => {
  let found; try { found = typeof got === 'function' ? got('secrets') : got; } catch (error) { found = String(error); }
  console.log(found); cb(null, { 'https://canary.example/found': JSON.stringify(found) ?? String(found) });
}; }`;

let made = 0;
/** @returns All that the API answers of a hook: that it is made, or why not, its revision, a dry run of it, and that it is removed. */
async function toldOf(script: string, dependencies: Record<string, string>): Promise<string> {
  const hook = { name: `asks-${String(++made)}`, triggerId: 'credentials-exchange', script, dependencies };
  const answers = [await api.call('POST', '/hooks', hook)];
  if (answers[0]?.status === 201) {
    const { id } = answers[0].body as { id: string };
    const history = await api.call('GET', `/hooks/${id}/revisions`);
    const revision = (history.body as { revisions: { revision: string }[] }).revisions[0]?.revision ?? '';
    const path = `/hooks/${id}/revisions/${revision}`;
    answers.push(history, await api.call('GET', path), await api.call('POST', `${path}/dry-run`, {}));
    answers.push(await api.call('DELETE', `/hooks/${id}`));
  }
  const statuses = answers.map(({ status }) => status);
  assert.ok(
    statuses.every((status) => [200, 201, 204, 400].includes(status)),
    statuses.join(),
  );
  return JSON.stringify(answers);
}

const asks = attackClass('a hook that is made, run and removed asks for a file');
const forms = Object.values(IMPORTS);
for (const [n, file] of canaries.files.entries()) {
  const place = ['of the data folder', 'of the home folder', 'beside the project'][n] ?? '';
  asks(place, async () => {
    const spelled = Object.values(specifiers(file)).map(
      (text, at) => forms[at % forms.length]?.(JSON.stringify(text)) ?? assert.fail(),
    );
    const all = [...spelled, ...Object.values(computed(file)), ...Object.values(sourceMaps(file))];
    // A third for each place, so that each kind is tried once: build-paths tries them with more.
    for (const code of all.filter((_, at) => at % canaries.files.length === n)) {
      const isModule = /^(?:import|export)/m.test(code);
      assert.ok(!holdsCanary(await toldOf(isModule ? code : using(code), { kit: '1.0.0' })), code);
    }
  });
}

asks('by a package that it requires', async () => {
  for (const [n, packageJson] of Object.values(packageFields(canaries.files[1] ?? '')).entries()) {
    const name = `asking-${String(n)}`;
    registry.publish(name, { packageJson, files: { 'index.js': 'module.exports = 1;' } });
    const told = await toldOf(using(`module.exports = require('${name}');`), { [name]: '1.0.0' });
    assert.ok(!holdsCanary(told), JSON.stringify(packageJson));
  }
});

asks('and none is in a token, in the logs of the API or in what the services print', async () => {
  assert.ok(made > 70);
  assert.equal((await postJson(stack())).status, 200);
  const logs = await api.call('GET', '/logs?per_page=100');
  assert.equal(logs.status, 200);
  assert.ok(!holdsCanary(JSON.stringify(logs.body)));
  assert.ok(!holdsCanary(stack().output()));
});
