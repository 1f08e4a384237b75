import { refusal } from '../../support/post-token.ts';
import {
  claim,
  CLIENT,
  NO_SCOPES_API,
  once,
  ORDERS_API,
  SCOPE,
  THREW,
  token,
  type CorpusCase,
} from '../corpus-case.ts';

const PARAMETERS = { grant_type: 'client_credentials', client_id: CLIENT.client_id, audience: ORDERS_API };
const subjectToken = `e30.${Buffer.from('{"sub":"user|7"}').toString('base64url')}.`;
const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';

/** What a hook is given, and what is made of its result (contract §1.1, §1.3, §1.6). */
export const ARGUMENTS: CorpusCase[] = [
  {
    hook: 'starter-template',
    exchanges: [{ expect: token({}, SCOPE) }, { audience: NO_SCOPES_API, expect: token() }],
  },
  once('vendor-sample', token({ 'https://foo.com/claim': 'bar' }, `${SCOPE} extra`)),
  once('no-scope-in-result', token(claim('client', 'Orders service'))),
  once('empty-callback', token()),
  {
    hook: 'scope-guarded',
    exchanges: [
      { expect: token({}, `${SCOPE} read:profile`) },
      { audience: NO_SCOPES_API, expect: token({}, 'read:profile') },
    ],
  },
  {
    hook: 'scope-push',
    exchanges: [{ audience: NO_SCOPES_API, expect: THREW }, { expect: token({}, `${SCOPE} extra`) }],
  },
  once('scope-as-string', token(claim('asked', SCOPE))),
  {
    hook: 'scope-by-plan',
    exchanges: [{ expect: token({}, SCOPE) }, { send: { plan: 'free' }, expect: token({}, 'read:orders') }],
  },
  {
    hook: 'by-audience',
    exchanges: [
      { expect: token(claim('shard', 1), SCOPE) },
      { audience: NO_SCOPES_API, expect: token({ 'https://no-scopes.example.com/scope': 'undefined' }) },
    ],
  },
  {
    hook: 'subject-token',
    exchanges: [
      {
        send: { subject_token: subjectToken, subject_token_type: JWT_TYPE, state: 'a b+c' },
        expect: token({ ...claim('on_behalf_of', 'user|7'), ...claim('state', 'a b+c') }, SCOPE),
      },
      {
        json: { subject_token: subjectToken, subject_token_type: JWT_TYPE },
        expect: token(claim('on_behalf_of', 'user|7'), SCOPE),
      },
      { expect: refusal(400, 'invalid_request', 'subject_token is required') },
      {
        send: { subject_token: subjectToken, subject_token_type: 'saml' },
        expect: refusal(400, 'invalid_request', 'unsupported subject_token_type: saml'),
      },
    ],
  },
  {
    hook: 'body-parameters',
    exchanges: [
      {
        send: { state: 'ä', scope: 'read:orders', empty: '', n: '1', client_assertion_type: 'x' },
        expect: token({
          ...claim('body', { ...PARAMETERS, state: 'ä', scope: 'read:orders', empty: '', n: '1' }),
          ...claim('keys', ['audience', 'client_id', 'empty', 'grant_type', 'n', 'scope', 'state']),
        }),
      },
      {
        json: { nested: { a: [1, null, { b: true }] }, n: 1, none: null, client_assertion_type: 'x' },
        expect: token({
          ...claim('body', { ...PARAMETERS, nested: { a: [1, null, { b: true }] }, n: 1, none: null }),
          ...claim('keys', ['audience', 'client_id', 'grant_type', 'n', 'nested', 'none']),
        }),
      },
    ],
  },
  once(
    'metadata-json',
    token(
      {
        ...claim('tenants', ['north', 'south']),
        ...claim('limits', { per_hour: { read: 100 } }),
        ...claim('plan', 'full'),
      },
      SCOPE,
    ),
  ),
  once(
    'hasura',
    token(
      {
        'https://hasura.io/jwt/claims': {
          'x-hasura-default-role': 'service',
          'x-hasura-allowed-roles': ['service', 'anonymous'],
          'x-hasura-client-id': CLIENT.client_id,
          'x-hasura-org': { id: null, depth: [1, [2, { three: true }]] },
        },
      },
      SCOPE,
    ),
  ),
  once(
    'dropped-claims',
    token({ 'https://auth0.com.example.com/role': 'kept', 'http://orders.example.com/role': 'kept too' }, SCOPE),
  ),
  once(
    'claim-values',
    token({
      ...claim('string', 'grüße, 世界 🌍'),
      ...claim('number', 1.5e300),
      ...claim('null', null),
      ...claim('false', false),
      ...claim('date', '2020-02-29T00:00:00.000Z'),
      ...claim('array', [null, null, null]),
      ...claim('map', {}),
      ...claim('toJSON', { as: 'json' }),
    }),
  ),
  once('result-with-getters', token({ ...claim('getter', 'Orders service'), ...claim('proxy', { a: 2 }) }, SCOPE)),
  {
    hook: 'mutates-arguments',
    exchanges: [1, 2].map(() => ({
      send: { note: 'as sent' },
      expect: token(claim('seen', ['Orders service', 'full', 2, 'as sent', 14]), 'none:left'),
    })),
  },
];
