import { claim, once, SCOPE, token, type CorpusCase } from '../corpus-case.ts';

/** The language, from ES5 in sloppy mode to today's, and what it comes with. */
export const LANGUAGE: CorpusCase[] = [
  once('undeclared-variable', token(claim('last', ['write:orders', 2, 'object']), SCOPE)),
  once('undeclared-with-modules', token(claim('sloppy', ['write:orders', true, true]), SCOPE)),
  once('this-at-top-level', token(claim('this', [true, 'by this', true, true, true]))),
  once('arguments-object', token(claim('args', [5, 0]), `${SCOPE} via:arguments`)),
  once('es5-prototypes', token(claim('policy', ['orders-service', true, true]), 'read:orders')),
  once(
    'classes',
    token(
      { ...claim('client', 'Orders service'), ...claim('known', false), ...claim('size', [2, 1, true]) },
      'read:orders',
    ),
  ),
  once(
    'modern-syntax',
    token(
      claim('modern', {
        chain: ['default', null, 17],
        numbers: [1_000_000, 5, 15, 1024, 3],
        text: ['..full', 'a+b+c', '\\n', 'orders.example.com'],
        lists: [[1, 2, 3], [1, 2, 3], [['a', 1]], 2],
        grouped: { read: ['read:orders'], write: ['write:orders'] },
        sets: [2, 3],
        fallback: 'filled',
      }),
    ),
  ),
  once(
    'generators',
    token(
      claim('iterated', [
        [[1, 2], [3, 4], [5]],
        [2, 4, 6],
        ['x', 'y'],
      ]),
    ),
  ),
  once(
    'intl-and-dates',
    token(
      claim('formatted', [
        '1.234,50 €',
        /^11 March 2024 at 00:04$/,
        'Sunday',
        'two',
        'aäz',
        'a, b, and c',
        '2024-03-10T15:04:05.678Z',
        true,
      ]),
    ),
  ),
  {
    hook: 'helpers-and-iife',
    keepsState: true,
    exchanges: [1, 2].map((counter) => ({
      expect: token({
        ...claim('roles', ['admin', 'reader']),
        ...claim('loud', 'ORDERS SERVICE'),
        ...claim('counter', counter),
      }),
    })),
  },
  once('exports-twice', token(claim('which', ['second', true, true, 'function', 'string']), SCOPE)),
  once('export-default', token(claim('digest', '2a2c1d19'), SCOPE)),
  once('keeps-globals-clean', token(claim('last', 'Write:orders'), SCOPE)),
  once('dynamic-code', token(claim('rule', [true, 'seen!', 'undefined']))),
  once('async-function', token(claim('role', 'owner'), SCOPE)),
  once('promise-chain', token(claim('seen', [['a', 'b', 'c'], 'fast', ['rejected', 'fulfilled'], 'any']))),
  once(
    'timers',
    token(claim('seen', ['tick', 'microtask', 'immediate', 1, 'round 1', 'round 2', 'round 3', 'timeout'])),
  ),
  once('at-load-time', token(claim('loaded', ['ready', true, 'number']), SCOPE)),
  once('console-everything', token({}, SCOPE)),
];
