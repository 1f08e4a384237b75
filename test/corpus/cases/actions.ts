import { refusal } from '../../support/post-token.ts';
import { TENANT } from '../../support/stack.ts';
import {
  claim,
  CLIENT,
  GRANTED,
  NO_SCOPES_API,
  once,
  ORDERS_API,
  SCOPE,
  serverError,
  THREW,
  token,
  type CorpusCase,
} from '../corpus-case.ts';

const eventOf = (over: { body: Record<string, unknown>; requested: string[]; scope: string[]; audience: string }) => ({
  accessToken: { customClaims: {}, scope: over.scope },
  client: { client_id: CLIENT.client_id, name: CLIENT.name, metadata: CLIENT.client_metadata },
  request: {
    body: {
      grant_type: 'client_credentials',
      client_id: CLIENT.client_id,
      audience: over.audience,
      ...over.body,
    },
    geoip: {},
    hostname: '127.0.0.1',
    ip: '127.0.0.1',
    language: 'de-DE,en;q=0.5',
    method: 'POST',
    user_agent: 'corpus/1.0',
  },
  resource_server: { identifier: over.audience },
  secrets: ['API_KEY', 'API_URL', 'DEAD_URL', 'PRIVATE_KEY', 'TLS_URL'],
  tenant: { id: TENANT },
  transaction: { requested_scopes: over.requested, target_scopes: over.scope },
});
const headers = { 'user-agent': 'corpus/1.0', 'accept-language': 'de-DE,en;q=0.5' };

/** Auth0 Actions of the same trigger (contract §6). */
export const ACTIONS: CorpusCase[] = [
  once('action-claims', token({ ...claim('plan', 'full'), plan: { name: 'full', since: null }, twice: 2 }, SCOPE)),
  {
    hook: 'action-deny',
    exchanges: [
      { expect: token({}, SCOPE) },
      { send: { code: 'invalid_scope', reason: 'no' }, expect: refusal(400, 'invalid_scope', 'no') },
      { send: { code: 'invalid_request', reason: 'no' }, expect: refusal(400, 'invalid_request', 'no') },
      { send: { code: 'server_error', reason: 'no' }, expect: serverError('no') },
      { send: { code: 'invalid_request' }, expect: refusal(400, 'invalid_request', 'invalid_request') },
    ],
  },
  {
    hook: 'action-event',
    exchanges: [
      {
        headers,
        send: { scope: 'read:orders', extra: 'ä' },
        expect: token(
          {
            event: eventOf({
              body: { scope: 'read:orders', extra: 'ä' },
              requested: ['read:orders'],
              scope: GRANTED,
              audience: ORDERS_API,
            }),
          },
          SCOPE,
        ),
      },
      {
        headers,
        audience: NO_SCOPES_API,
        expect: token({ event: eventOf({ body: {}, requested: [], scope: [], audience: NO_SCOPES_API }) }),
      },
    ],
  },
  {
    hook: 'action-cache',
    keepsState: true,
    exchanges: [null, ['1', true, true], ['2', true, true]].map((cached) => ({
      expect: token({ cache: [cached, 'success', 'success', true, 'error', 'error'] }, SCOPE),
    })),
  },
  {
    hook: 'action-fetch',
    local: true,
    exchanges: [
      { expect: token({ granted_roles: ['reader', 'writer'], same: true, mac: 64 }, SCOPE) },
      { send: { path: 'broken' }, expect: serverError('roles: 500') },
    ],
  },
  {
    hook: 'action-target-scopes',
    exchanges: [
      { expect: token({}, SCOPE) },
      { send: { how: 'remove' }, expect: token({}, 'read:orders') },
      { send: { how: 'set' }, expect: token({}, 'write:orders') },
      { send: { how: 'clear' }, expect: token({}, 'read:orders') },
      { send: { how: 'requested', scope: 'write:orders' }, expect: token({}, 'write:orders') },
      { send: { how: 'requested' }, expect: token() },
      {
        send: { how: 'live' },
        expect: token(
          { seen: [GRANTED, ['write:orders', 'read:orders'], ['write:orders', 'admin:everything']] },
          'write:orders',
        ),
      },
    ],
  },
  {
    hook: 'action-odd-calls',
    exchanges: [
      { json: { calls: [['access', 'deny']] }, expect: serverError('server_error') },
      { json: { calls: [['access', 'deny', 'access_denied', 'not you']] }, expect: serverError('not you') },
      { json: { calls: [['access', 'deny', 'toString']] }, expect: serverError('toString') },
      {
        json: { calls: [['access', 'deny', 'invalid_scope', { why: 'an object' }]] },
        expect: refusal(400, 'invalid_scope', 'invalid_scope'),
      },
      {
        json: { calls: [['access', 'deny', 'invalid_request', 5]] },
        expect: refusal(400, 'invalid_request', 'invalid_request'),
      },
      { json: { calls: [['access', 'deny', { code: 'invalid_scope' }, 'why']] }, expect: serverError('why') },
      {
        json: { calls: [5, '', 'a b', null].map((scope) => ['transaction', 'addTargetScope', scope]) },
        expect: token({ targets: GRANTED }, SCOPE),
      },
      {
        json: { calls: [5, '', SCOPE, null].map((scope) => ['transaction', 'removeTargetScope', scope]) },
        expect: token({ targets: GRANTED }, SCOPE),
      },
      {
        json: { calls: [['transaction', 'setTargetScopes', ['', 'a b', 5, null, 'read:orders']]] },
        expect: token({ targets: ['read:orders'] }, 'read:orders'),
      },
      { json: { calls: [['transaction', 'setTargetScopes', 'read:orders']] }, expect: THREW },
      { json: { calls: [['transaction', 'setTargetScopes', null]] }, expect: THREW },
    ],
  },
  { hook: 'action-throws', exchanges: [{ expect: THREW }, { send: { late: 'yes' }, expect: THREW }] },
  once('action-throws', token({}, SCOPE), { on_failure: 'issue_unmodified' }),
  once('action-object-export', token({ plain: 'Orders service' }, SCOPE)),
  once('action-module', token({ id: 36 }, SCOPE)),
];
