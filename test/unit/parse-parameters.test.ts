import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { parseParameters } from '../../services/gateway/steps/parse-parameters.ts';

const GRANT = { grant_type: 'client_credentials' };
const refused = (status: number, error: string, description: string) => ({
  name: 'OAuthError',
  status,
  error,
  description,
});

describe('parameters of a token request', () => {
  it('are read, and all but the credentials go to the hook', () => {
    assert.deepEqual(
      parseParameters({
        ...GRANT,
        client_id: 'id',
        client_secret: 'secret',
        audience: 'https://api/',
        scope: 'a  b ',
        subject_token: 't',
        state: { any: ['json'] },
      }),
      {
        clientId: 'id',
        clientSecret: 'secret',
        audience: 'https://api/',
        scope: ['a', 'b'],
        body: {
          ...GRANT,
          client_id: 'id',
          audience: 'https://api/',
          scope: 'a  b ',
          subject_token: 't',
          state: { any: ['json'] },
        },
      },
    );
  });

  for (const empty of ['', null, undefined]) {
    it(`are treated as omitted when their value is ${JSON.stringify(empty)}`, () => {
      const { clientId, clientSecret, audience, scope } = parseParameters({
        ...GRANT,
        client_id: empty,
        client_secret: empty,
        audience: empty,
        scope: empty,
      });
      assert.deepEqual(
        { clientId, clientSecret, audience, scope },
        {
          clientId: undefined,
          clientSecret: undefined,
          audience: undefined,
          scope: undefined,
        },
      );
    });
  }

  it('may give the scopes as an array', () => {
    assert.deepEqual(parseParameters({ ...GRANT, scope: ['a', 'b'] }).scope, ['a', 'b']);
  });

  for (const scope of [1, true, false, {}, { a: 'b' }, ['a', 1], [['a']], [null]]) {
    it(`are refused when the scope is ${JSON.stringify(scope)}`, () => {
      assert.throws(
        () => parseParameters({ ...GRANT, scope }),
        refused(400, 'invalid_scope', 'Scope must be an array or a string'),
      );
    });
  }

  for (const name of ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type', 'audience']) {
    for (const value of [['a', 'b'], ['a'], 1, 0, true, false, { a: 1 }]) {
      it(`are refused when ${name} is ${JSON.stringify(value)}`, () => {
        assert.throws(
          () => parseParameters({ ...GRANT, [name]: value }),
          refused(400, 'invalid_request', `${name} must be a string, sent once`),
        );
      });
    }
  }

  it('are refused when grant_type is sent twice', () => {
    assert.throws(
      () => parseParameters({ grant_type: ['client_credentials', 'client_credentials'] }),
      refused(400, 'invalid_request', 'grant_type must be a string, sent once'),
    );
  });

  for (const body of [{}, { grant_type: '' }, { grant_type: null }, Object.create({ ...GRANT }) as object]) {
    it(`are refused without grant_type: ${JSON.stringify(body)}`, () => {
      assert.throws(
        () => parseParameters(body),
        refused(400, 'invalid_request', 'Missing required parameter: grant_type'),
      );
    });
  }

  for (const grant of ['password', 'authorization_code', 'Client_Credentials', ' client_credentials', '__proto__']) {
    it(`are refused for the grant type ${JSON.stringify(grant)}`, () => {
      assert.throws(
        () => parseParameters({ grant_type: grant }),
        refused(400, 'unsupported_grant_type', `Unsupported grant type: ${grant}`),
      );
    });
  }

  it('may have a client assertion, which is not for the hook', () => {
    const { clientAssertion, clientAssertionType, body } = parseParameters({
      ...GRANT,
      client_assertion: 'x.y.z',
      client_assertion_type: 'type',
    });
    assert.deepEqual(
      { clientAssertion, clientAssertionType, body },
      { clientAssertion: 'x.y.z', clientAssertionType: 'type', body: GRANT },
    );
  });

  for (const body of [undefined, null, 'text', 1, [], [GRANT], true]) {
    it(`are refused when the body is ${inspect(body)}`, () => {
      assert.throws(
        () => parseParameters(body),
        refused(
          400,
          'invalid_request',
          'The body must be application/x-www-form-urlencoded, or application/json with an object',
        ),
      );
    });
  }

  it('may hold names of object machinery, which change nothing', () => {
    const sent: unknown = JSON.parse(
      '{"grant_type":"client_credentials","__proto__":{"audience":"x"},"constructor":1}',
    );
    const read = parseParameters(sent);
    assert.equal(read.audience, undefined);
    assert.equal(
      JSON.stringify(read.body),
      '{"grant_type":"client_credentials","__proto__":{"audience":"x"},"constructor":1}',
    );
    assert.equal(Object.getPrototypeOf(read.body), Object.prototype);
  });
});
