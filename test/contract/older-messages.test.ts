import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { z } from 'zod';
import { isProvedReply, proofKey } from '../../shared/bus/proof.ts';
import { ConfigChanged } from '../../shared/subjects/config-changed.ts';
import { StreamEvents } from '../../shared/subjects/events.ts';
import { HookDryRun } from '../../shared/subjects/hook-dry-run.ts';
import { HookRehearsal } from '../../shared/subjects/hook-rehearsal.ts';
import { KeysManage, KeysManageReply } from '../../shared/subjects/keys-manage.ts';
import { KeysPublic, KeysPublicReply } from '../../shared/subjects/keys-public.ts';
import { TokenRequested } from '../../shared/subjects/token-requested.ts';
import { TokenSign, TokenSignReply } from '../../shared/subjects/token-sign.ts';

// While a release is rolled out, services of two releases talk with each other: who answers is of the new one first.

const sign = {
  signing_alg: 'RS256',
  token_dialect: 'access_token',
  token_lifetime_seconds: 86_400,
  iss: 'https://auth.example.com/',
  client_id: 'client',
  aud: 'https://api.example.com/',
  scope: 'read:all',
  custom_claims: { 'https://example.com/plan': 'gold' },
};
const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'kid', alg: 'EdDSA', use: 'sig' };
const signingKey = { kid: 'kid', alg: 'EdDSA', state: 'current', certificate: 'AAAA', current_since_ms: 1 };
const hook = { id: 'id', name: 'name', revision: 'revision' };
const written = {
  type: 'config.written',
  id: '1',
  time_ms: 1,
  client_id: 'client',
  description: 'Update a client',
  method: 'patch',
  path: '/api/v2/clients/client',
  status: 200,
  collection: 'clients',
  document_id: 'client',
  before: {},
  after: {},
};
const issued = { type: 'token.issued', id: '1', time_ms: 1, client_id: 'client', audience: 'api', duration_ms: 1 };

/** Each with the members that it always had, and no others. */
const OLDER: Record<string, [schema: z.ZodType, message: object]> = {
  'a request to sign': [TokenSign, sign],
  'a request for public keys': [KeysPublic, {}],
  'a request to list keys': [KeysManage, { command: { action: 'list' } }],
  'a request to rotate': [KeysManage, { command: { action: 'rotate', kids: ['kid'] } }],
  'a request to revoke': [KeysManage, { command: { action: 'revoke', kid: 'kid' } }],
  'a request to run a hook': [TokenRequested, { hook, arguments: '{}' }],
  'a request for a dry run': [HookDryRun, { hook, arguments: '{}' }],
  'a request for a rehearsal': [HookRehearsal, { hook, arguments: '{}', rehearsal: 'name', network: 'refused' }],
  'a signed token': [TokenSignReply, { access_token: 'token', kid: 'kid' }],
  'public keys': [KeysPublicReply, { keys: [jwk] }],
  'keys after a change': [KeysManageReply, { keys: [signingKey] }],
  'an announcement': [ConfigChanged, { collection: 'signing_keys', time_ms: 1 }],
  'events of writes': [StreamEvents, { events: [written] }],
  'events of tokens': [StreamEvents, { events: [issued] }],
};

describe('a message of an older release', () => {
  for (const [what, [schema, message]] of Object.entries(OLDER)) {
    it(`is understood: ${what}`, () => {
      assert.deepEqual(schema.parse(message), message);
    });
  }
});

describe('a message of a later release, with a member that this one does not know', () => {
  const later = (message: object): object => ({ ...message, of_a_later_release: true });

  it('is refused where it may restrict the token', () => {
    assert.equal(TokenSign.safeParse(later(sign)).success, false);
    assert.equal(KeysManage.safeParse({ command: later({ action: 'list' }) }).success, false);
  });

  for (const what of ['a signed token', 'public keys', 'keys after a change', 'an announcement']) {
    it(`is understood without it: ${what}`, () => {
      const [schema, message] = OLDER[what] ?? [];
      assert.deepEqual(schema?.parse(later(message ?? {})), message);
    });
  }

  it('is understood without it: of keys and events, each of them', () => {
    assert.deepEqual(KeysManageReply.parse({ keys: [later(signingKey)] }), { keys: [signingKey] });
    assert.deepEqual(StreamEvents.parse({ events: [later(written), later(issued)] }), { events: [written, issued] });
  });
});

test('a reply is proved as older releases prove theirs', () => {
  const proved = { key: proofKey(Buffer.alloc(32, 7)), inbox: '_INBOX_gateway.x.1' };
  const reply = '{"proof":"heDh1nMizY06d1fnQrW1pQ_3xSG64fcIMqTpjgy-MCs","replies":[{"id":"1","reply":{"keys":[]}}]}';
  assert.equal(isProvedReply(proved, 'hookmint.demo.keys.public', reply), true);
});
