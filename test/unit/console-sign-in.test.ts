import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SIGN_IN_FAILURES } from '../../console/src/words/sign-in.ts';
import { readEnv } from '../../shared/env.ts';
import { scopesOf } from '../../services/management/console/roles.ts';
import { rightsOf } from '../../services/management/console/sign-in/rights-of-claims.ts';
import { SIGN_IN_CODES } from '../../services/management/console/sign-in/sign-in-error.ts';
import { signInEnv, signInSettings } from '../../services/management/console/sign-in/sign-in-settings.ts';

const SET = {
  HOOKMINT_CONSOLE_OIDC_ISSUER: 'https://idp.example.com/realms/x',
  HOOKMINT_CONSOLE_OIDC_CLIENT_ID: 'hookmint',
  HOOKMINT_CONSOLE_OIDC_CLIENT_SECRET: 'secret',
  HOOKMINT_CONSOLE_ROLES: '{"platform": "operator", "watchers": ["read:logs"]}',
};
const SCOPES = ['read:logs', 'read:hooks'];
const settingsOf = (env: Record<string, string>, isServed = true) =>
  signInSettings(readEnv(signInEnv, env), { isServed, scopes: SCOPES });

test('every reason for which nobody is signed in has its words', () => {
  assert.deepEqual([...SIGN_IN_FAILURES.keys()].sort(), [...SIGN_IN_CODES].sort());
});

test('settings of the provider: all that is needed, or none', () => {
  assert.equal(settingsOf({}), undefined);
  const settings = settingsOf(SET);
  assert.equal(settings?.issuer.href, SET.HOOKMINT_CONSOLE_OIDC_ISSUER);
  assert.deepEqual([settings.scope, settings.rolesClaim], ['openid profile email', '/roles']);
  for (const name of Object.keys(SET) as (keyof typeof SET)[]) {
    const rest: Record<string, string> = { ...SET };
    Reflect.deleteProperty(rest, name);
    assert.throws(
      () => settingsOf(rest),
      new RegExp(name === 'HOOKMINT_CONSOLE_OIDC_ISSUER' ? `needs ${name}` : name),
      name,
    );
  }
  assert.throws(() => settingsOf(SET, false), /needs HOOKMINT_CONSOLE=on/);
  assert.throws(() => settingsOf({ HOOKMINT_CONSOLE_ROLES_CLAIM: '/groups' }), /HOOKMINT_CONSOLE_ROLES_CLAIM needs/);
});

test('a wrong setting of the provider is named, with what it must be', () => {
  const wrong: [string, string, RegExp][] = [
    ['HOOKMINT_CONSOLE_OIDC_ISSUER', 'http://idp.example.com', /must begin with https/],
    ['HOOKMINT_CONSOLE_OIDC_ISSUER', 'idp', /HOOKMINT_CONSOLE_OIDC_ISSUER/],
    ['HOOKMINT_CONSOLE_OIDC_SCOPE', 'profile', /must have openid/],
    ['HOOKMINT_CONSOLE_ROLES_CLAIM', 'roles', /JSON pointer/],
    ['HOOKMINT_CONSOLE_ROLES_CLAIM', '/a~2', /JSON pointer/],
    ['HOOKMINT_CONSOLE_ROLES', 'x', /must be a JSON object/],
    ['HOOKMINT_CONSOLE_ROLES', '{}', /must be a JSON object/],
    ['HOOKMINT_CONSOLE_ROLES', '{"a": "root"}', /viewer, author, operator, admin/],
    ['HOOKMINT_CONSOLE_ROLES', '{"a": ["write:all"]}', /no scope "write:all"/],
  ];
  for (const [name, value, message] of wrong) assert.throws(() => settingsOf({ ...SET, [name]: value }), message);
  assert.ok(settingsOf({ ...SET, HOOKMINT_CONSOLE_OIDC_ISSUER: 'http://127.0.0.1:3000' }));
});

test('roles are where the pointer points, in the token’s own members', () => {
  const rights = settingsOf(SET)?.rights ?? new Map();
  const rolesAt = (rolesClaim: string, claims: object) =>
    rightsOf(claims as Record<string, unknown>, { rolesClaim, rights });
  const operator = { roles: ['operator'], scopes: [] };
  const nothing = { roles: [], scopes: [] };
  assert.deepEqual(rolesAt('/roles', { roles: 'platform' }), operator);
  assert.deepEqual(rolesAt('/roles', { roles: ['platform', 'platform', 1, null] }), operator);
  assert.deepEqual(rolesAt('/realm_access/roles', { realm_access: { roles: ['platform'] } }), operator);
  assert.deepEqual(rolesAt('/https:~1~1a~0b', { 'https://a~b': ['watchers'] }), { roles: [], scopes: ['read:logs'] });
  assert.deepEqual(rolesAt('/roles', { roles: ['platform', 'watchers'] }), {
    roles: ['operator'],
    scopes: ['read:logs'],
  });
  assert.deepEqual(rolesAt('/__proto__/roles', {}), nothing);
  assert.deepEqual(rolesAt('/constructor/name', {}), nothing);
  assert.deepEqual(rolesAt('/roles/0', { roles: ['platform'] }), operator);
  assert.deepEqual(rolesAt('/roles', { roles: ['__proto__', 'constructor'] }), nothing);
});

test('somebody has the scopes of all roles together, and of their own those that there are', () => {
  assert.deepEqual(scopesOf({ roles: ['admin'], scopes: [] }, SCOPES), SCOPES);
  assert.deepEqual(scopesOf({ roles: [], scopes: ['read:logs', 'gone:scope'] }, SCOPES), ['read:logs']);
  const both = scopesOf({ roles: ['author', 'operator'], scopes: [] }, SCOPES);
  assert.ok(both.includes('update:hooks') && both.includes('update:signing_keys'));
  assert.equal(new Set(both).size, both.length);
});
