import { claim, CLIENT, once, ORDERS_API, SCOPE, token, type CorpusCase } from '../corpus-case.ts';

const stored = (runs: number) =>
  token(claim('stored', { runs, names: Array.from({ length: runs }, () => 'Orders service') }), SCOPE);

/** What a hook keeps from one run to the next, and what is its own (contract §1.1, §1.5, §1.6). */
export const STATE: CorpusCase[] = [
  {
    hook: 'global-cache',
    keepsState: true,
    exchanges: [1, 2, 3].map((hits) => ({ expect: token(claim('cached', ['computed', hits])) })),
  },
  { hook: 'storage-cache', exchanges: [1, 2].map((runs) => ({ expect: stored(runs) })) },
  // Another revision of the same hook has another isolate, and the same document.
  { hook: 'storage-cache', limits: { network_calls: 7 }, exchanges: [3, 4].map((runs) => ({ expect: stored(runs) })) },
  {
    hook: 'storage-conflict',
    atOnce: true,
    exchanges: [
      { send: { pace: 'slow' }, expect: token(claim('counted', [2, 'retried'])) },
      { send: { pace: 'quick' }, expect: token(claim('counted', [1, 'at once'])) },
    ],
  },
  {
    hook: 'process-env',
    keepsState: true,
    exchanges: ['1', '2'].map((runs) => ({
      expect: token(claim('env', [['RUNS', 'STAGE'], 'production', runs, 'undefined', 'v22'])),
    })),
  },
  once('webtask-context', token(claim('webtask', ['string', true, 'object', [CLIENT.client_id, 2, ORDERS_API]]))),
  once(
    'secrets',
    token(
      claim('secrets', [
        true,
        14,
        true,
        ['API_KEY', 'API_URL', 'DEAD_URL', 'PRIVATE_KEY', 'TLS_URL'],
        ['object', 'object', 'object', 'object'],
        ['audience', 'client', 'scope'],
      ]),
    ),
  ),
];
