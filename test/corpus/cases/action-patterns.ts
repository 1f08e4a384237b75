import { createHash, createHmac } from 'node:crypto';
import { refusal } from '../../support/post-token.ts';
import { TENANT } from '../../support/stack.ts';
import {
  API_KEY,
  claim,
  CLIENT,
  NO_SCOPES_API,
  once,
  ORDERS_API,
  SCOPE,
  serverError,
  THREW,
  token,
  type CorpusCase,
} from '../corpus-case.ts';

/** Actions in the patterns of those that people publish. */
export const ACTION_PATTERNS: CorpusCase[] = [
  once('action-tier-limits', token(claim('limits', { perMinute: 600, burst: 50 }), SCOPE)),
  once('action-metadata-json', token(claim('per_hour', 100), SCOPE)),
  once('action-metadata-missing', token(claim('region', 'anywhere'), SCOPE)),
  once('action-metadata-list', token(claim('tenants', 'north south'), SCOPE)),
  {
    hook: 'action-by-audience',
    exchanges: [
      { expect: token(claim('api', 'orders'), SCOPE) },
      { audience: NO_SCOPES_API, expect: token(claim('api', 'other')) },
    ],
  },
  {
    hook: 'action-audience-allow-list',
    exchanges: [
      { expect: token(claim('allowed', true), SCOPE) },
      { audience: NO_SCOPES_API, expect: refusal(400, 'invalid_request', 'Orders service may not ask for this API') },
    ],
  },
  once('action-approval', refusal(400, 'invalid_scope', 'The client is not approved.')),
  {
    hook: 'action-blocked-addresses',
    exchanges: [
      { expect: token(claim('from', '127.0.0.1'), SCOPE) },
      { send: { blocked: '192.0.2.1,127.0.0.1' }, expect: refusal(400, 'invalid_request', 'blocked') },
    ],
  },
  {
    hook: 'action-user-agents',
    exchanges: [
      { headers: { 'user-agent': 'orders-sdk/3.1' }, expect: token(claim('sdk', '3'), SCOPE) },
      {
        headers: { 'user-agent': 'orders-sdk/1.9' },
        expect: refusal(400, 'invalid_request', 'Update orders-sdk to version 2.'),
      },
      { headers: { 'user-agent': 'curl/8' }, expect: token(claim('sdk', 'none'), SCOPE) },
    ],
  },
  {
    hook: 'action-requested-scopes',
    exchanges: [{ expect: token({}, SCOPE) }, { send: { scope: 'read:orders' }, expect: token({}, 'read:orders') }],
  },
  {
    hook: 'action-scopes-by-plan',
    exchanges: [{ expect: token({}, 'read:orders') }, { send: { writers: 'full' }, expect: token({}, SCOPE) }],
  },
  once('action-scopes-by-prefix', token({}, 'read:orders')),
  once('action-scopes-from-nothing', token({}, 'write:orders')),
  once('action-permissions', token(claim('permissions', ['orders.read', 'orders.write']), SCOPE)),
  once(
    'action-hashed-id',
    token(claim('hash', createHash('sha256').update(CLIENT.client_id).digest('hex').slice(0, 16)), SCOPE),
  ),
  once(
    'action-signature',
    token(
      claim('mac', createHmac('sha512', API_KEY).update(`${CLIENT.client_id}:${ORDERS_API}`).digest('base64url')),
      SCOPE,
    ),
  ),
  once(
    'action-random-id',
    token(claim('id', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/), SCOPE),
  ),
  once('action-inner-jwt', token(claim('inner', ['Orders service', 'orders', 300]), SCOPE)),
  once('action-picked-metadata', token(claim('picked', { plan: 'Full' }), SCOPE)),
  once('action-dates', token(claim('until', '2026-02-28T10:00Z'), SCOPE)),
  once(
    'action-encoded',
    token(claim('encoded', [Buffer.from('{"name":"Orders service"}').toString('base64'), 'Orders service']), SCOPE),
  ),
  {
    hook: 'action-body-parameter',
    exchanges: [
      { expect: token({}, SCOPE) },
      { send: { country: 'DE' }, expect: token(claim('country', 'DE'), SCOPE) },
      { send: { country: '<b>' }, expect: refusal(400, 'invalid_request', 'country must be two letters') },
    ],
  },
  {
    hook: 'action-body-object',
    exchanges: [
      {
        json: { context: { order: 5, lines: [1, 2] } },
        expect: token(claim('context', ['order', 5, 'lines', [1, 2]]), SCOPE),
      },
    ],
  },
  once('action-transaction', token(claim('transaction', ['none', 0, 2]), SCOPE)),
  once('action-tenant', token(claim('tenant', [TENANT, null, null]), SCOPE)),
  once('action-secret-missing', serverError('The Action is not configured.')),
  once('action-secret-prefix', token({ 'https://key.example.com/plan': 'full' }, SCOPE)),
  once('action-fetch-with-token', token(claim('sent', [200, 'Bearer '.length + API_KEY.length]), SCOPE), {
    local: true,
  }),
  {
    hook: 'action-fetch-again',
    local: true,
    exchanges: [
      { expect: token(claim('roles', ['none']), SCOPE) },
      { send: { second: 'users' }, expect: token(claim('roles', ['reader', 'writer']), SCOPE) },
    ],
  },
  once('action-fetch-timeout', token(claim('roles', 'TimeoutError'), SCOPE), { local: true }),
  once('action-fetch-unreachable', serverError('Roles cannot be read at the moment.'), { local: true }),
  once('action-axios-post', token(claim('audit', ['POST', CLIENT.client_id, API_KEY.length]), SCOPE), { local: true }),
  once('action-got-json', token(claim('roles', ['reader', 'writer']), SCOPE), { local: true }),
  once('action-node-https', token(claim('roles', ['reader', 'writer']), SCOPE), { local: true }),
  once('action-parallel', token(claim('both', [2, true]), SCOPE), { local: true }),
  once('action-all-settled', token(claim('had', ['a', 'rejected', 'rejected']), SCOPE), { local: true }),
  {
    hook: 'action-cached-token',
    local: true,
    exchanges: [1, 2].map(() => ({ expect: token(claim('upstream', ['of the Management API', true]), SCOPE) })),
  },
  once(
    'action-cache-codes',
    token(
      claim('codes', [
        'error ItemAlreadyExpired',
        'error InvalidExpiry',
        'error CacheKeySizeExceeded',
        'error CacheValueSizeExceeded',
        'error CacheKeyDoesNotExist',
        true,
      ]),
      SCOPE,
    ),
  ),
  once('action-helpers', token({ ...claim('plan', 'full'), ...claim('kind', 'machine') }, SCOPE)),
  once('action-policy-class', token(claim('weight', 4), SCOPE)),
  once('action-frozen-config', token(claim('config', ['orders', 900, true]), SCOPE)),
  {
    hook: 'action-finally',
    exchanges: [
      { expect: token(claim('steps', ['try', 'finally']), SCOPE) },
      { send: { fail: '1' }, expect: token(claim('steps', ['try', 'RangeError', 'finally']), SCOPE) },
    ],
  },
  once('action-recent-syntax', token(claim('recent', [3, ['read', 'write'], 'orders-service', '1000']), SCOPE)),
  once('action-destructured', token(claim('name', 'Orders service'), SCOPE)),
  once('action-not-async', token(claim('at', 'once'), SCOPE)),
  once('action-promise-chain', token(claim('roles', 2), SCOPE), { local: true }),
  once('action-compiled-typescript', token(claim('compiled', ['full', true]), SCOPE)),
  once('action-more-exports', token(claim('trigger', 'credentials-exchange'), SCOPE)),
  once('action-named-handler', token(claim('handler', 'addPlan'), SCOPE)),
  once('action-logs', token(claim('logged', true), SCOPE)),
  once(
    'action-large-claims',
    token(
      claim(
        'features',
        Array.from({ length: 300 }, (_, i) => `feature-${String(i)}`),
      ),
      SCOPE,
    ),
  ),
  once(
    'action-value-types',
    token(
      claim('values', [0, -1.5, true, false, null, '', 'ü', [], {}, { a: [null] }, '1970-01-01T00:00:00.000Z']),
      SCOPE,
    ),
  ),
  once('action-undefined-claim', token(claim('there', 1), SCOPE)),
  once('action-reserved-claims', token(claim('mine', true), SCOPE)),
  once('action-custom-error', THREW),
  once('action-rejected', THREW),
  once('action-denied-after-claims', refusal(400, 'invalid_scope', 'first')),
  once('action-denied-in-catch', refusal(400, 'invalid_request', 'The metadata cannot be read.')),
  once('action-assigned-claims', token({}, SCOPE)),
  once('action-numbers-for-people', token(claim('shown', ['1.234,5', 'Norway']), SCOPE)),
  once('action-urls', token(claim('url', ['orders.example.com', 'https:', 'client=Orders+service&n=1']), SCOPE)),
  once('action-webcrypto', token(claim('digest', createHash('sha256').update(CLIENT.client_id).digest('hex')), SCOPE)),
  once('action-template-text', token(claim('text', ['Orders service', 'plan: FULL']), SCOPE)),
  once('action-generators', token(claim('steps', [1, 2, 4, 8]), SCOPE)),
];
