import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { addApi } from '../support/tenant-fixtures.ts';
import { openManagement } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

const MCP = 'https://mcp.example.com/mcp';
const SLASHED = 'https://slashed.example.com/';
const UNGRANTED = 'https://ungranted.example.com/';
const OTHER = 'urn:other';

const stack = withStack({ hook: null }, async (started) => {
  for (const identifier of [MCP, SLASHED, OTHER]) await addApi(started, { identifier }, ['read:data']);
  const { call } = await openManagement(started);
  await call('POST', '/resource-servers', { identifier: UNGRANTED });
});

const settings = async (body: object): Promise<void> => {
  const { status } = await (await openManagement(stack())).call('PATCH', '/tenants/settings', body);
  assert.equal(status, 200);
};

/** A request as a form, where a parameter may be sent more than once: `aud` of the token, or the error. */
async function asked(parameters: [string, string][]): Promise<unknown> {
  const { clientId, clientSecret, url } = stack();
  const body = new URLSearchParams([
    ...[
      ['grant_type', 'client_credentials'],
      ['client_id', clientId],
      ['client_secret', clientSecret],
    ],
    ...parameters,
  ]);
  const response = await fetch(`${url}/oauth/token`, { method: 'POST', body });
  const answer = (await response.json()) as Record<string, string>;
  return response.status === 200 ? decodeJwt(answer.access_token ?? '').aud : [response.status, answer.error];
}

const REFUSED = [400, 'invalid_target'];

describe('RFC 8707 §2 resource of a token request', () => {
  it('"Indicates the target service": the token is for the API of that identifier', async () => {
    assert.equal(await asked([['resource', MCP]]), MCP);
    assert.equal(await asked([['resource', OTHER]]), OTHER);
    const { body } = await requestToken(stack(), { audience: undefined, resource: MCP });
    assert.equal(body.scope, 'read:data');
  });

  it('finds the API with and without the one slash at the end, and says its identifier in the token', async () => {
    assert.equal(await asked([['resource', SLASHED.slice(0, -1)]]), SLASHED);
    assert.equal(await asked([['resource', SLASHED]]), SLASHED);
    assert.equal(await asked([['resource', `${MCP}/`]]), MCP);
    assert.deepEqual(await asked([['resource', `${MCP}//`]]), REFUSED);
  });

  for (const [what, parameters] of [
    ['unknown', [['resource', 'https://unknown.example.com/']]],
    ['not granted', [['resource', UNGRANTED]]],
    ['no absolute URI', [['resource', 'mcp']]],
    ['a path', [['resource', '/mcp']]],
    ['with a fragment', [['resource', `${MCP}#x`]]],
    ['with a space', [['resource', `${MCP} x`]]],
    [
      'more than one',
      [
        ['resource', MCP],
        ['resource', OTHER],
      ],
    ],
    [
      'another than audience',
      [
        ['resource', MCP],
        ['audience', OTHER],
      ],
    ],
    ['too long', [['resource', `https://example.com/${'x'.repeat(5_000)}`]]],
  ] as [string, [string, string][]][]) {
    it(`"invalid_target: The requested resource is invalid, missing, unknown, or malformed": ${what}`, async () => {
      await settings({ default_audience: MCP });
      assert.deepEqual(await asked(parameters), REFUSED);
      await settings({ default_audience: null });
      assert.deepEqual(await asked(parameters), REFUSED);
    });
  }

  it('may be sent twice alike, empty, or beside the same audience', async () => {
    assert.equal(
      await asked([
        ['resource', MCP],
        ['resource', MCP],
      ]),
      MCP,
    );
    assert.equal(
      await asked([
        ['resource', ''],
        ['audience', OTHER],
      ]),
      OTHER,
    );
    assert.equal(
      await asked([
        ['resource', SLASHED.slice(0, -1)],
        ['audience', SLASHED],
      ]),
      SLASHED,
    );
  });

  it('is taken in JSON too, and of no other type than text', async () => {
    const { clientId, clientSecret, url } = stack();
    const ask = async (resource: unknown): Promise<unknown> => {
      const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, resource };
      const response = await fetch(`${url}/oauth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return [response.status, ((await response.json()) as { error?: string }).error];
    };
    assert.deepEqual(await ask(MCP), [200, undefined]);
    assert.deepEqual(await ask([MCP]), [200, undefined]);
    assert.deepEqual(await ask({ a: 1 }), REFUSED);
    assert.deepEqual(await ask(7), REFUSED);
  });

  it('is heeded or ignored as the profile of the tenant says', async () => {
    await settings({ default_audience: OTHER, resource_parameter_profile: 'audience' });
    assert.equal(await asked([['resource', MCP]]), OTHER);
    assert.deepEqual(await asked([['resource', 'nonsense']]), OTHER);
    await settings({ resource_parameter_profile: 'compatibility' });
    assert.equal(await asked([['resource', MCP]]), MCP);
    await settings({ default_audience: null });
  });
});
