import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { olderModules } from '../../hook-build/older-modules.ts';

const adviceOn = (code: string, dependencies: Record<string, string> = {}): string[] => {
  const required = [...code.matchAll(/require\('([^']+)'\)/g)].map(([, text = '']) => ({ text }));
  return olderModules(code, required, dependencies);
};
const declare = (name: string, version: string): string => `declare it, as "${name}": "${version}"`;

describe('a module that is required without a version, and called as an older one', () => {
  for (const [name, version, code] of [
    ['uuid', '3.4.0', "const uuid = require('uuid/v4');"],
    ['got', '9.6.0', "require('got')(url, { json: true })"],
    ['auth0', '2.44.1', "new (require('auth0').ManagementClient)({}).getClient({ client_id }, (error, client) => {});"],
    ['async', '2.6.4', "const q = require('async').queue(work, 1); q.drain = () => cb(null, {});"],
    ['lodash', '3.10.1', "// lodash@3.10.1\nconst _ = require('lodash');"],
    ['request', '2.81', "/*\n * request@2.81\n */ require('request')"],
  ] as const) {
    it(`must be declared: ${name}`, () => {
      const [advice = '', ...more] = adviceOn(code);
      assert.ok(advice.endsWith(declare(name, version)), advice);
      assert.deepEqual(more, []);
      assert.deepEqual(adviceOn(code, { [name]: '1.0.0' }), []);
    });
  }

  for (const code of [
    "const { v4 } = require('uuid');",
    "require('got')(url).json()",
    "require('got@9.6.0')(url, { json: true })",
    "const { ManagementClient } = require('auth0'); new ManagementClient({}).clients.get({ client_id });",
    "const q = require('async').queue(work, 1); q.drain(() => cb()); if (q.drain == null) cb();",
    "const _ = require('lodash'); // mails go to lodash@example.com",
    'getClient({ json: true });',
  ]) {
    it(`needs no older one: ${code}`, () => assert.deepEqual(adviceOn(code), []));
  }
});
