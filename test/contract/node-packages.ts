/** Published packages, each in one version, and what is asked of it, of which `is` is the answer in Node. */
export type Package = { version: string; answer: string; is: unknown };

/** Those of a group are built into one hook. */
export const PACKAGES: Record<string, Record<string, Package>> = {
  data: {
    ajv: {
      version: '8.17.1',
      answer: `new (p.default ?? p)().compile({ type: 'object', required: ['a'] })({ a: 1 })`,
      is: true,
    },
    zod: { version: '3.24.1', answer: `p.z.object({ a: p.z.string() }).safeParse({ a: 1 }).success`, is: false },
    lodash: {
      version: '4.17.21',
      answer: `p.groupBy([1.2, 1.9, 2.3], Math.floor)`,
      is: { '1': [1.2, 1.9], '2': [2.3] },
    },
    ramda: { version: '0.30.1', answer: `p.pipe(p.map((x) => x * 2), p.sum)([1, 2, 3])`, is: 12 },
    moment: { version: '2.30.1', answer: `p.utc('2020-02-29').add(1, 'year').format()`, is: '2021-02-28T00:00:00Z' },
    luxon: {
      version: '3.5.0',
      answer: `p.DateTime.fromISO('2020-02-29', { zone: 'utc' }).plus({ years: 1 }).toISO()`,
      is: '2021-02-28T00:00:00.000Z',
    },
    uuid: {
      version: '11.0.3',
      answer: `[p.v5('a', p.v5.DNS), p.validate(p.v4())]`,
      is: ['4f3f2898-69e3-5a0d-820a-c4e87987dbce', true],
    },
    nanoid: { version: '3.3.8', answer: `p.nanoid().length`, is: 21 },
    qs: {
      version: '6.13.1',
      answer: `p.stringify(p.parse('a[b][]=1&a[b][]=2&c=%zz'))`,
      is: 'a%5Bb%5D%5B0%5D=1&a%5Bb%5D%5B1%5D=2&c=%25zz',
    },
    'js-yaml': {
      version: '4.1.0',
      answer: `p.load('a: [1, 2]\\nb: !!binary YWJj')`,
      is: { a: [1, 2], b: { '0': 97, '1': 98, '2': 99 } },
    },
    'fast-xml-parser': {
      version: '4.5.1',
      answer: `new p.XMLParser({ ignoreAttributes: false }).parse('<a b="1"><c>x</c></a>')`,
      is: { a: { c: 'x', '@_b': '1' } },
    },
    'iconv-lite': {
      version: '0.6.3',
      answer: `[p.encode('é€', 'win1252'), p.decode(Buffer.from([0xe9]), 'latin1')]`,
      is: [{ type: 'Buffer', data: [233, 128] }, 'é'],
    },
    handlebars: {
      version: '4.7.8',
      answer: `p.compile('{{#each a}}<{{this}}>{{/each}}')({ a: [1, '&'] })`,
      is: '<1><&amp;>',
    },
    pako: { version: '2.1.0', answer: `p.inflate(p.deflate('abc'), { to: 'string' })`, is: 'abc' },
    '@opentelemetry/api': {
      version: '1.9.0',
      answer: `p.trace.getTracer('t').startSpan('s').isRecording()`,
      is: false,
    },
  },
  cryptography: {
    jsonwebtoken: {
      version: '9.0.2',
      answer: `[p.verify(p.sign({ a: 1 }, 'key', { noTimestamp: true }), 'key').a, p.verify(p.sign({ a: 1 }, pem, { algorithm: 'RS256' }), pub).a, p.verify(p.sign({ a: 1 }, pem, { algorithm: 'PS256' }), pub).a]`,
      is: [1, 1, 1],
    },
    jws: {
      version: '4.0.0',
      answer: `p.verify(p.sign({ header: { alg: 'HS256' }, payload: 'a', secret: 'k' }), 'HS256', 'k')`,
      is: true,
    },
    jose: {
      version: '5.9.6',
      answer: `new p.SignJWT({ a: 1 }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode('k'.repeat(32))).then((t) => p.jwtVerify(t, new TextEncoder().encode('k'.repeat(32)))).then((r) => r.payload)`,
      is: { a: 1 },
    },
    'node-jose': {
      version: '2.2.0',
      answer: `p.JWK.asKey({ kty: 'oct', k: 'a2V5' }).then((k) => k.toJSON(true).k)`,
      is: 'a2V5',
    },
    oauth4webapi: {
      version: '3.1.4',
      answer: `p.calculatePKCECodeChallenge('abc')`,
      is: 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0',
    },
    'openid-client': {
      version: '6.1.7',
      answer: `(async () => { const c = new p.Configuration({ issuer: 'https://a.example', token_endpoint: 'https://a.example/token' }, 'c', 's'); c[p.customFetch] = async (url, { method, body }) => Response.json({ access_token: [url, method, String(body)].join(), token_type: 'bearer' }); return (await p.clientCredentialsGrant(c, { scope: 'a' })).access_token; })()`,
      is: 'https://a.example/token,POST,scope=a&grant_type=client_credentials&client_id=c&client_secret=s',
    },
    bcryptjs: { version: '2.4.3', answer: `p.compareSync('a', p.hashSync('a', 4))`, is: true },
    tweetnacl: {
      version: '1.0.3',
      answer: `p.sign.keyPair.fromSeed(new Uint8Array(32)).publicKey`,
      is: [
        59, 106, 39, 188, 206, 182, 164, 45, 98, 163, 168, 208, 42, 111, 13, 115, 101, 50, 21, 119, 29, 226, 67, 166,
        58, 192, 72, 161, 139, 89, 218, 41,
      ],
    },
    'crypto-js': {
      version: '4.2.0',
      answer: `[p.SHA256('a').toString(), p.HmacSHA1('a', 'k').toString()]`,
      is: [
        'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
        '40e7d441cadb17b07f050341aa23a6820ed81c8b',
      ],
    },
    'node-forge': {
      version: '1.3.1',
      answer: `p.md.sha256.create().update('a').digest().toHex()`,
      is: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
    },
  },
  requests: {
    axios: {
      version: '1.7.9',
      answer: `p.get(base + '/json', { params: { q: 1 } }).then((r) => [r.status, r.data])`,
      is: [200, { ok: true }],
    },
    got: { version: '11.8.6', answer: `p(base + '/json').json()`, is: { ok: true } },
    'node-fetch': { version: '2.7.0', answer: `p(base + '/gzip').then((r) => r.json())`, is: { ok: true } },
    superagent: { version: '10.1.1', answer: `p.get(base + '/json').then((r) => r.body)`, is: { ok: true } },
    'jwks-rsa': {
      version: '3.1.0',
      answer: `p({ jwksUri: base + '/jwks' }).getSigningKey('k').then((k) => k.getPublicKey() === pub)`,
      is: true,
    },
  },
  'logs and queries': {
    winston: {
      version: '3.17.0',
      answer: `typeof p.createLogger({ transports: [new p.transports.Console({ silent: true })] }).info('a')`,
      is: 'object',
    },
    pino: {
      version: '9.5.0',
      answer: `(() => { const lines = []; p({ base: null, timestamp: false }, { write: (line) => lines.push(line) }).child({ b: 1 }).warn({ a: 1 }, 'hi %s', 'you'); return lines; })()`,
      is: ['{"level":40,"b":1,"a":1,"msg":"hi you"}\n'],
    },
    knex: {
      version: '3.1.0',
      answer: `p({ client: 'pg' })('t').where({ a: 1 }).select('b').toString()`,
      is: 'select "b" from "t" where "a" = 1',
    },
  },
  'AWS dynamodb': {
    '@aws-sdk/client-dynamodb': {
      version: '3.716.0',
      answer: `new p.DynamoDBClient({ ...aws }).send(new p.ListTablesCommand({})).then((r) => r.TableNames)`,
      is: ['t'],
    },
  },
  'AWS secrets-manager': {
    '@aws-sdk/client-secrets-manager': {
      version: '3.716.0',
      answer: `new p.SecretsManagerClient({ ...aws }).send(new p.GetSecretValueCommand({ SecretId: 'x' })).then((r) => r.SecretString)`,
      is: 's',
    },
  },
  'AWS ssm': {
    '@aws-sdk/client-ssm': {
      version: '3.716.0',
      answer: `new p.SSMClient({ ...aws }).send(new p.GetParameterCommand({ Name: 'x' })).then((r) => r.Parameter.Value)`,
      is: 'v',
    },
  },
  'AWS s3': {
    '@aws-sdk/client-s3': {
      version: '3.716.0',
      answer: `new p.S3Client({ ...aws, forcePathStyle: true }).send(new p.GetObjectCommand({ Bucket: 'b', Key: 'k' })).then((r) => r.Body.transformToString())`,
      is: 'an object',
    },
  },
};
