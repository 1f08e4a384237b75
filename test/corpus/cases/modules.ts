import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { refusal } from '../../support/post-token.ts';
import { claim, once, SCOPE, token, type CorpusCase } from '../corpus-case.ts';

const hash = (name: string, text: string): string => createHash(name).update(text).digest('hex');
const subject = { iss: 'https://issuer.example.com/', sub: 'user|7', exp: 4_000_000_000 };

/** Node's own modules and those of npm. */
export const MODULES: CorpusCase[] = [
  {
    hook: 'jwt-verify-jwks',
    local: true,
    exchanges: [
      {
        send: ({ signToken }) => ({ subject_token: signToken(subject) }),
        expect: token(claim('user', 'user|7'), SCOPE),
      },
      {
        send: ({ signToken }) => ({ subject_token: signToken({ ...subject, exp: 1 }) }),
        expect: refusal(400, 'invalid_request', 'subject_token: jwt expired'),
      },
      {
        send: ({ signToken }) => ({ subject_token: `${signToken(subject).slice(0, -8)}AAAAAAAA` }),
        expect: refusal(400, 'invalid_request', 'subject_token: invalid signature'),
      },
      { expect: refusal(400, 'invalid_request', 'subject_token: jwt must be provided') },
    ],
  },
  once(
    'jwt-sign',
    token(
      claim('signed', [
        { cid: 'corpus-client', iat: 1_700_000_000 },
        { alg: 'HS256', typ: 'JWT' },
        [
          ['JsonWebTokenError', 'invalid signature', true],
          ['TokenExpiredError', 'jwt expired', true],
          ['JsonWebTokenError', 'jwt malformed', true],
        ],
      ]),
    ),
  ),
  once(
    'lodash',
    token(
      { ...claim('permissions', { orders: ['read', 'write'] }), ...claim('cases', ['orders-service', 'default']) },
      SCOPE,
    ),
  ),
  once('lodash-versioned', token(claim('lodash', ['4.17.21', 'someText']))),
  once(
    'uuid-and-ms',
    token({
      ...claim('id', /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      ...claim('stable', uuidV5('Orders service', '6ba7b811-9dad-11d1-80b4-00c04fd430c8')),
      ...claim('checks', [true, true, 172_800_000]),
    }),
    { dependencies: { uuid: '^8.3.0', ms: '2.1.3' } },
  ),
  once('moment', token(claim('moment', ['2024-02-29 23:30', true, '2 hours', '2024-02-29 00:30 CET']))),
  once('async-waterfall', token(claim('result', [{ n: 2, a: 'a', b: 'b' }, [2, 4, 6, 'tapped']]))),
  once(
    'crypto',
    token(
      claim('crypto', [
        hash('md5', 'a'),
        hash('sha1', 'a'),
        createHmac('sha256', 'key').update('text').digest('base64'),
        32,
        true,
        'plain',
        pbkdf2Sync('password', 'salt', 1000, 16, 'sha256').toString('hex'),
        true,
        true,
      ]),
    ),
  ),
  once('crypto-sign', token(claim('verified', [true, false, 'rsa']))),
  once(
    'webcrypto',
    token(
      claim('webcrypto', [
        hash('sha256', 'text'),
        createHmac('sha256', 'key').update('text').digest('hex'),
        true,
        8,
        36,
      ]),
    ),
  ),
  once(
    'urls',
    token(
      claim('urls', [
        ['example.com:8443', '/a/b', { x: ['1', '3'], y: '2' }, 'user:pw'],
        'https://example.com/x?a=1',
        'https://example.com/c',
        'https://example.com/path?q=a+b%26c&%C3%BC=1',
        ['1', '2'],
        'a=1&a=2&b=x%20y',
        { a: ['1', '2'], b: 'x y' },
        'a%2Fb',
      ]),
    ),
  ),
  once(
    'buffers',
    token(
      claim('buffers', [
        `Basic ${Buffer.from('Orders service:pw').toString('base64')}`,
        'Orders service:pw',
        Buffer.from('ÿ?>').toString('base64url'),
        'hello',
        'oldxx',
        [true, true, 2, 0],
        258,
        { type: 'Buffer', data: [97] },
      ]),
    ),
  ),
  once(
    'encodings',
    token(claim('encodings', ['me', [226, 130, 172], '€', 'a%20b%2F%C3%BC', 'ü', '€', [true, true, true, [1]]])),
  ),
  once(
    'node-helpers',
    token(
      claim('helpers', [
        [[1, 'a'], 'once', [2]],
        ['AssertionError', 'ERR_ASSERTION', 'not the same\n\n1 !== 2\n'],
        'AB',
        '/b/c.json',
        '.gz',
        'a=1 {"b":2}',
        '{ a: [Object] }',
        [true, true, true],
      ]),
    ),
  ),
  once('promisify-timers', token(claim('waited', ['after', 'immediate', 'custom']))),
  once(
    'small-modules',
    token(claim('small', ['a%5B0%5D=1', true, [2, 4], true, 'user|7', { a: { b: ['1'] } }, hash('md5', 'a'), 3])),
  ),
  once('promisify', token(claim('found', ['Ada', 'no user 2']))),
  once(
    'require-dynamic',
    token(
      claim(
        'required',
        ['left-pad', './config', 'child_process'].map((name) => ['MODULE_NOT_FOUND', `Cannot find module '${name}'`]),
      ),
    ),
  ),
];

function uuidV5(name: string, namespace: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
