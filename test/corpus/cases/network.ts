import assert from 'node:assert/strict';
import { claim, CLIENT, once, SCOPE, serverError, token, type CorpusCase } from '../corpus-case.ts';

const ROLES = ['reader', 'writer'];
const FORM = 'application/x-www-form-urlencoded';
const NOT_ALLOWED = 'EGRESS_ADDRESS_NOT_ALLOWED';
const local = { local: true } as const;

/** Requests of hooks, by every client that hooks use, and what is refused to them. */
export const NETWORK: CorpusCase[] = [
  once('request-callback', token(claim('roles', ROLES), SCOPE), local),
  once(
    'request-promisified',
    token(claim('posted', ['POST', 'grant=x%20y&n=1', FORM, '{"a":[1]}', 'Basic dTpw'])),
    local,
  ),
  once('request-unreachable', token(claim('failed', [true, 'string', true])), local),
  once('request-promise-native', token(claim('seen', [ROLES, ['StatusCodeError', 500], 500])), local),
  once(
    'axios-roles',
    token(
      claim('seen', [200, true, ROLES, ['POST', `{"client":"${CLIENT.client_id}"}`, 'k', 'application/json'], '/echo']),
      SCOPE,
    ),
    local,
  ),
  once(
    'axios-errors',
    token(claim('errors', [[true, 500, { error: 'broken' }], 'ECONNABORTED', 'ERR_CANCELED', 500])),
    local,
  ),
  once(
    'node-fetch-2',
    token(
      claim('seen', [
        true,
        'application/json',
        ROLES,
        'a=b+c',
        `${FORM};charset=UTF-8`,
        'AbortError',
        [false, 500],
        { zipped: true },
      ]),
    ),
    local,
  ),
  once('got-11', token(claim('seen', [ROLES, '{"hello":"there"}', ['HTTPError', 500], 'TimeoutError'])), local),
  once('auth0-management', token(claim('managed', ['Bearer', 'as the tenant has it']), SCOPE), local),
  once('http-get', token(claim('seen', [200, ROLES, 'PUT', '/echo?q=1', '{"n":1}'])), local),
  once('https-self-signed', token(claim('tls', [ROLES, ROLES, [true, true]])), local),
  once('request-self-signed', token(claim('tls', [ROLES, ROLES, 'refused'])), local),
  once(
    'fetch',
    token(
      claim('seen', [
        [true, 'application/json', ROLES],
        ['{"a":1}', 'application/json'],
        ['grant=x+y', `${FORM};charset=UTF-8`],
        [true, '/echo'],
        [302, '/echo'],
        [false, 500, '{"error":"broken"}'],
      ]),
      SCOPE,
    ),
    local,
  ),
  once('abort-timeout', token(claim('aborted', [['AbortError', true], 'TimeoutError', 'gave up']), SCOPE), local),
  {
    hook: 'cached-upstream',
    ...local,
    atOnce: true,
    exchanges: [1, 2, 3].map(() => ({ expect: token(claim('count', 1)) })),
  },
  {
    hook: 'shared-promise',
    ...local,
    atOnce: true,
    exchanges: ['a', 'b', 'c', 'd'].map((q) => ({
      send: { q },
      expect: token(claim('seen', [ROLES, `/echo?q=${q}`])),
    })),
  },
  {
    hook: 'background-refresh',
    ...local,
    exchanges: [1, 2].map(() => ({ expect: token(claim('roles', ROLES)) })),
  },
  once('fetch-at-load-time', token(claim('started', NOT_ALLOWED))),
  once(
    'private-addresses',
    token(claim('codes', [['fetch failed', NOT_ALLOWED], ...Array.from({ length: 11 }, () => NOT_ALLOWED)])),
  ),
  once('passes-egress-errors-on', serverError('the address of the host is not allowed')),
  once('passes-egress-errors-on', serverError('the host is not allowed'), { allowedHosts: ['api.example.com'] }),
  once('passes-egress-errors-on', serverError('the run has made too many requests'), { limits: { network_calls: 0 } }),
  once('redirects', token(claim('codes', [NOT_ALLOWED, NOT_ALLOWED, NOT_ALLOWED, 'TypeError', 200])), local),
  once('allowed-hosts', token(claim('hosts', [200, 'EGRESS_HOST_NOT_ALLOWED'])), {
    ...local,
    allowedHosts: ['127.0.0.1'],
  }),
  once(
    'network-calls',
    token(claim('codes', [200, 200, 200, 'EGRESS_TOO_MANY_REQUESTS', 'EGRESS_TOO_MANY_REQUESTS'])),
    { ...local, limits: { network_calls: 3 } },
  ),
  once('fire-and-forget', token({}, SCOPE), {
    ...local,
    afterwards: async ({ recorded }) => {
      const { client_id } = CLIENT;
      assert.deepEqual(await Promise.all(['request', 'fetch', 'https'].map(recorded)), [
        JSON.stringify({ client: client_id }),
        client_id,
        client_id,
      ]);
    },
  }),
  once('late-digest', token({}, SCOPE), {
    ...local,
    limits: { cpu_ms: 2_000 },
    afterwards: async ({ recorded }) => assert.equal(await recorded('late'), CLIENT.client_id),
  }),
];
