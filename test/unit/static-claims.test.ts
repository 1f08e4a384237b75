import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { validate } from '../../services/management/api/validate.ts';
import { UpdateClientGrant } from '../../services/management/resources/client-grants/schema.ts';
import { UpdateClient } from '../../services/management/resources/clients/schema.ts';
import { UpdateResourceServer } from '../../services/management/resources/resource-servers/schema.ts';
import type { StaticClaims } from '../../shared/domain/static-claims.ts';
import { hasStaticClaims, staticClaims, type ClaimsGivers } from '../../shared/hook-result/static-claims.ts';

type Given = { api?: StaticClaims; client?: StaticClaims; grant?: StaticClaims; metadata?: Record<string, string> };

const giversOf = ({ api, client, grant, metadata = {} }: Given, is_system = false): ClaimsGivers => ({
  api: { claims: api ?? null, is_system },
  client: { claims: client ?? null, client_metadata: metadata },
  grant: { claims: grant ?? null },
});
const merged = (given: Given, policy: 'namespaced' | 'relaxed' = 'relaxed') => staticClaims(giversOf(given), policy);
const kept = (customClaims: StaticClaims) => ({ customClaims, dropped: [] });
const dropped = (name: string, reason: string) => ({ kind: 'claim', name, reason });

describe('claims that are set without code', () => {
  it('are of the API, over it of the client, over both of the grant', () => {
    const [api, client, grant] = [{ a: 1, b: 1, c: 1 }, { b: 2, c: 2 }, { c: 3 }];
    assert.deepEqual(merged({ api, client, grant }), kept({ a: 1, b: 2, c: 3 }));
    assert.deepEqual(merged({ api, grant }), kept({ a: 1, b: 1, c: 3 }));
    assert.deepEqual(
      merged({ client: { a: { b: 1 } }, grant: { a: { c: 2 } } }),
      kept({ a: { c: 2 } }),
      'whole values',
    );
    assert.deepEqual(merged({ api, grant: { a: null } }).customClaims.a, null, 'null is a value');
  });

  it('are none of the Management API, and none of nobody', () => {
    const given = { api: { a: 1 }, client: { a: 1 }, grant: { a: 1 } };
    assert.equal(hasStaticClaims(giversOf(given)), true);
    assert.equal(hasStaticClaims(giversOf(given, true)), false);
    assert.deepEqual(staticClaims(giversOf(given, true), 'relaxed'), kept({}));
    assert.equal(hasStaticClaims(giversOf({})), false);
    assert.equal(hasStaticClaims({ ...giversOf({}), grant: undefined }), false);
    for (const one of ['api', 'client', 'grant'] as const) {
      assert.equal(hasStaticClaims(giversOf({ [one]: { a: 1 } })), true, one);
    }
  });

  it('may be an entry of the metadata of the client, and are absent without it', () => {
    const metadata = { plan: 'full', 'a b.c': 'x', half: '\ud800', empty: '' };
    const of = (name: string) => `{{client.metadata.${name}}}`;
    const api = { plan: of('plan'), dotted: of('a b.c'), empty: of('empty'), missing: of('missing'), half: of('half') };
    assert.deepEqual(merged({ api, metadata }), {
      customClaims: { plan: 'full', dotted: 'x', empty: '' },
      dropped: [dropped('half', 'not_carried')],
    });
    const ofObjects = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    assert.deepEqual(
      merged({ api: Object.fromEntries(ofObjects.map((name, i) => [`c${String(i)}`, of(name)])) }),
      kept({}),
    );
    const filled = { a: of('a'), b: of('b') };
    const again = { a: of('b'), b: '{{client.name}}' };
    assert.deepEqual(merged({ api: filled, metadata: again }), kept(again), 'what is filled in is not looked at again');
  });

  it('are held to the rules for claims of hooks, whoever wrote them', () => {
    const client = {
      SUB: 'forged',
      'i\u00ads\u00ads': 'forged',
      constructor: 1,
      'https://auth0.com/c': 1,
      'e\u0301': 1,
      'a\u202eb': 1,
      'https://example.com/c': 1,
      plain: 1,
    };
    const refused = [
      dropped('SUB', 'reserved'),
      dropped('i\u00ads\u00ads', 'reserved'),
      dropped('constructor', 'reserved'),
      dropped('https://auth0.com/c', 'vendor_namespace'),
      dropped('e\u0301', 'not_normalized'),
      dropped('a\u202eb', 'unsafe_characters'),
    ];
    assert.deepEqual(merged({ client }), { customClaims: { 'https://example.com/c': 1, plain: 1 }, dropped: refused });
    assert.deepEqual(merged({ client }, 'namespaced'), {
      customClaims: { 'https://example.com/c': 1 },
      dropped: [...refused, dropped('plain', 'not_namespaced')],
    });
  });
});

describe('claims that are written', () => {
  const schemas = { client: UpdateClient, grant: UpdateClientGrant, API: UpdateResourceServer };
  const taken = (claims: unknown): void => {
    for (const schema of Object.values(schemas)) {
      assert.deepEqual((validate(schema, { claims }, 'body') as { claims: unknown }).claims, claims);
    }
  };
  const refusedFor = (claims: unknown, message: RegExp): void => {
    for (const [what, schema] of Object.entries(schemas)) {
      assert.throws(
        () => validate(schema, { claims }, 'body'),
        { status: 400, errorCode: 'invalid_body', message },
        what,
      );
    }
  };

  it('have JSON values, or none', () => {
    taken({
      'https://example.com/a': [null, { b: [1.5, -7, 'ü', ''] }, true],
      plain: '{{client.metadata.plan}}',
      '': 1,
    });
    taken({ big: Number.MAX_SAFE_INTEGER, small: 5e-324 });
    taken({});
    taken(null);
    for (const claims of ['a', 5, [], [1], true]) refusedFor(claims, /on property claims\.$/);
  });

  for (const name of [
    'sub',
    'iss',
    'aud',
    'scope',
    'cnf',
    'act',
    'permissions',
    'Exp',
    'cl\u00adient_id',
    'ſub',
    'prototype',
  ])
    it(`never have the name ${JSON.stringify(name)}`, () => {
      refusedFor({ fine: 1, [name]: 1 }, new RegExp(`is the issuer's to say.*on property claims\\.${name}\\.$`, 'u'));
    });

  for (const [name, message] of [
    ['https://auth0.com/c', /namespace of Auth0/],
    ['urn:auth0:c', /namespace of Auth0/],
    ['a\u202eb', /cannot be seen/],
    ['a\ud800', /cannot be seen/],
    ['e\u0301', /normalization form C/],
  ] as const)
    it(`never have the name ${JSON.stringify(name)}`, () => refusedFor({ [name]: 1 }, message));

  for (const [value, message] of [
    [1e999, /send it as text/],
    [-0, /send it as text/],
    [[2 ** 53], /send it as text/],
    ['a\ud800', /half a surrogate pair/],
    [{ '\udfff': 1 }, /name is not allowed/],
    [{ $ref: 'clients', $id: 'x' }, /name is not allowed/],
    [{ deep: [{ _bsontype: 'Long' }] }, /name is not allowed/],
    [{ 'a\0b': 1 }, /name is not allowed/],
    ['{{client.metadata.plan}} ', /only a whole value/],
    ['{{client.name}}', /only a whole value/],
    ['{{client.metadata.a}}{{client.metadata.b}}', /only a whole value/],
    [['{{client.metadata.plan}}'], /only a whole value/],
    [{ a: '{{' }, /only a whole value/],
  ] as const)
    it(`never have the value ${JSON.stringify(value)}`, () => {
      refusedFor({ 'https://example.com/c': value }, message);
      refusedFor({ 'https://example.com/c': value }, /on property claims\.https:\/\/example\.com\/c\.$/);
    });

  it('are nested no deeper than the store keeps', () => {
    const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    taken({ a: nested(19) });
    refusedFor({ a: nested(40) }, /nested too deeply/);
  });

  it('are bounded in number and in bytes', () => {
    const many = (count: number): StaticClaims =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${String(i)}`, i]));
    taken(many(50));
    refusedFor(many(51), /at most 50 claims' on property claims\.$/);
    taken({ a: 'x'.repeat(8_192 - '{"a":""}'.length) });
    refusedFor({ a: 'x'.repeat(8_193 - '{"a":""}'.length) }, /at most 8192 bytes as JSON/);
    refusedFor({ ['ü'.repeat(4_096)]: 1 }, /at most 8192 bytes/);
  });
});
