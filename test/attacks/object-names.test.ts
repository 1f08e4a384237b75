import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { readSecretValues, secretsOf } from '../../cli/sync/secret-values.ts';
import { readTenantFiles } from '../../cli/tenant-files/read.ts';
import { refuseUnbounded } from '../../services/management/api/bounds.ts';
import { mergeHookResult } from '../../shared/hook-result/merge-hook-result.ts';
import { canary } from '../support/canary.ts';
import { attackClass } from './attack-class.ts';

// Names from outside that every object knows already: what is kept under them is neither lost nor taken for what objects have.

const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
  'length',
  'name',
];

const folder = mkdtempSync(join(tmpdir(), 'hookmint-names-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const written = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

const secrets = attackClass('secrets by the names of objects');
for (const name of NAMES) {
  const value = canary('hook secret');
  for (const [form, text] of [
    ['JSON', `{"hooks":{"${name}":{"${name}":"${value}"}},"clients":{"${name}":"${value}"}}`],
    ['YAML', `hooks:\n  ${name}:\n    ${name}: "${value}"\nclients:\n  ${name}: "${value}"\n`],
  ] as const) {
    secrets(`${name} is found, in ${form}`, async () => {
      const values = readSecretValues(written(`secrets-${name}.${form}`, text));
      const named = Object.fromEntries([[name, undefined]]);
      const { given, missing } = secretsOf('hook', named, values.hooks.get(name), [], {});
      assert.deepEqual([Object.entries(given), missing], [[[name, value]], []]);
      assert.equal(values.clients.get(name), value);
      await Promise.resolve();
    });
  }
  secrets(`${name} is missed where nobody gave it`, async () => {
    const values = readSecretValues(undefined);
    const { given, missing } = secretsOf(
      'hook',
      Object.fromEntries([[name, undefined]]),
      values.hooks.get(name),
      [],
      {},
    );
    assert.deepEqual([given, missing, values.clients.get(name)], [{}, [name], undefined]);
    await Promise.resolve();
  });
}
for (const text of ['{"hooks":[]}', '{"hooks":{"a":"b"}}', '{"clients":{"a":1}}', '{"hooks":1}', '{"others":{}}']) {
  secrets(`${text} is refused`, async () => {
    assert.throws(() => readSecretValues(written('wrong.json', text)), /cannot be used/);
    await Promise.resolve();
  });
}

const files = attackClass('members that nothing keeps');
for (const [name, text] of [
  ['a secret', 'hooks:\n- name: a\n  script: h.js\n  triggerId: credentials-exchange\n  secrets: { __proto__: x }\n'],
  ['metadata', 'clients:\n- name: a\n  client_metadata: { __proto__: x }\n'],
  [
    'a module',
    'hooks:\n- name: a\n  script: h.js\n  triggerId: credentials-exchange\n  dependencies: { __proto__: x }\n',
  ],
] as const) {
  files(`${name} of an export`, async () => {
    written('h.js', 'module.exports = 1;');
    const file = written('tenant.yaml', text);
    assert.throws(() => readTenantFiles(file), /__proto__/);
    await Promise.resolve();
  });
}
for (const body of [
  '{"__proto__":1}',
  '{"hookmint":{"secrets":{"__proto__":"x"}}}',
  '{"secrets":[{"__proto__":{}}]}',
]) {
  files(`a request ${body}`, async () => {
    assert.throws(() => refuseUnbounded(JSON.parse(body)), { status: 400 });
    await Promise.resolve();
  });
}

const claims = attackClass('claims by the names of objects');
for (const name of NAMES) {
  claims(name, async () => {
    const { customClaims, dropped } = mergeHookResult(`{"${name}":{"a":1}}`, 'relaxed');
    const carried = Object.entries(customClaims).map(([claim]) => claim);
    assert.deepEqual([...carried, ...dropped.map((one) => one.name)], [name]);
    assert.equal(Object.getPrototypeOf(customClaims), Object.prototype);
    await Promise.resolve();
  });
}
