import '../support/from-sources.ts';
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { BUILDS_PATH, MAX_BUILD_ANSWER_BYTES, MAX_BUILD_REQUEST_BYTES } from '../../hook-build/service-protocol.ts';
import { askHookBuilder } from '../../services/management/hook-builder/ask-hook-builder.ts';
import { HookBuildError } from '../../hook-build/errors.ts';
import { startHookBuilder } from '../support/hook-builder.ts';
import { startNpmRegistry } from '../support/npm-registry.ts';
import { figuresOf } from '../support/process-figures.ts';
import { until } from '../support/until.ts';
import { attackClass } from './attack-class.ts';

// A hook-builder that was taken over, towards management; and strangers that reach a hook-builder.

const SOURCE = { code: 'module.exports = () => {};', dependencies: {} };
const MAX_GROWTH_BYTES = 300 * 1_048_576;

let answer: RequestListener = () => undefined;
/** Whoever is sent elsewhere, or asked twice, is noticed. */
let asked = 0;
const hostile = createServer((request, response) => {
  asked++;
  answer(request, response);
});
await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
const hostileUrl = `http://127.0.0.1:${String((hostile.address() as AddressInfo).port)}`;

const registry = await startNpmRegistry();
registry.publish('good', { files: { 'index.js': 'module.exports = 1;' } });
registry.answer('/endless', () => undefined);
const builder = await startHookBuilder({ HOOKMINT_NPM_REGISTRY: registry.url });
after(async () => {
  hostile.close();
  hostile.closeAllConnections();
  await builder.stop();
  registry.close();
});

const json = (body: unknown, status = 200) => {
  return (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
};
const MAP = JSON.stringify({ version: 3, sources: ['hook.js'], names: [], mappings: 'AAAA' });
const built = (over: object): object => ({
  built: { kind: 'hook', script: 'module.exports = () => {};', sourceMap: MAP, modules: [], ...over },
});

const answers = attackClass('a hook-builder that is taken over answers');
const HOSTILE: [what: string, handler: RequestListener, code: string][] = [
  ['no JSON', (_request, response) => response.end('<html>'), 'build_failed'],
  ['nothing', (_request, response) => response.end(), 'build_failed'],
  ['null', json(null), 'build_failed'],
  ['another kind', json(built({ kind: 'webhook' })), 'build_failed'],
  ['a member more', json({ ...built({}), secrets: {} }), 'build_failed'],
  ['a member more in what was built', json(built({ limits: { cpu_ms: 1e9 } })), 'build_failed'],
  ['both', json({ ...built({}), failure: { code: 'build_failed', message: '' } }), 'build_failed'],
  ['no script', json(built({ script: undefined })), 'build_failed'],
  ['a script that is too large', json(built({ script: 'x'.repeat(7_000_000) })), 'build_failed'],
  ['a source map that is no JSON', json(built({ sourceMap: '{' })), 'build_failed'],
  ['a source map of other files', json(built({ sourceMap: MAP.replace('hook.js', '/etc/passwd') })), 'build_failed'],
  [
    'a source map with sections',
    json(built({ sourceMap: JSON.stringify({ version: 3, sections: [] }) })),
    'build_failed',
  ],
  [
    'modules without end',
    json(built({ modules: Array(2_000).fill({ name: 'a', version: '1', integrity: 'x' }) })),
    'build_failed',
  ],
  ['millions of nothings', json(built({ modules: Array(3_000_000).fill(0) })), 'build_failed'],
  [
    'names without end',
    json(built({ modules: [{ name: 'a'.repeat(1e6), version: '1', integrity: 'x' }] })),
    'build_failed',
  ],
  ['a code that there is not', json({ failure: { code: 'internal', message: 'x' } }, 422), 'build_failed'],
  ['that it is away', json({ failure: { code: 'builder_unavailable', message: 'x' } }, 422), 'builder_unavailable'],
  [
    'somewhere else to ask',
    (_request, response) => response.writeHead(307, { location: `${hostileUrl}/elsewhere` }).end(),
    'build_failed',
  ],
  ['a broken connection', (request) => request.socket.destroy(), 'builder_unavailable'],
  [
    'half an answer',
    (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"built"');
      setTimeout(() => request.socket.destroy(), 50);
    },
    'builder_unavailable',
  ],
  [
    'without end',
    (_request, response) => {
      const more = Buffer.alloc(1_048_576, ' ');
      const write = (): void => {
        while (!response.destroyed && response.write(more));
      };
      response.on('drain', write).on('error', () => undefined);
      write();
    },
    'builder_unavailable',
  ],
];
for (const [what, handler, code] of HOSTILE) {
  answers(what, async () => {
    answer = handler;
    asked = 0;
    const before = process.memoryUsage.rss();
    await assert.rejects(
      askHookBuilder(hostileUrl, SOURCE, 'a client'),
      (error) => error instanceof HookBuildError && error.code === code,
    );
    assert.equal(asked, 1);
    assert.ok(process.memoryUsage.rss() - before < MAX_GROWTH_BYTES + MAX_BUILD_ANSWER_BYTES);
  });
}
answers('a text of a failure that is cut, whatever is in it', async () => {
  answer = json({ failure: { code: 'module_unreadable', message: 'x'.repeat(1e6), module: 'y'.repeat(1e6) } }, 422);
  await assert.rejects(askHookBuilder(hostileUrl, SOURCE, 'a client'), ({ message, module }: HookBuildError) => {
    assert.deepEqual([message.length, module?.length], [4_000, 4_000]);
    return true;
  });
});

const ask = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  fetch(builder.url + BUILDS_PATH, { method: 'POST', headers, body, signal: AbortSignal.timeout(60_000) });
const build = async (caller: string, more: object = {}): Promise<[number, string]> => {
  const question = { code: "module.exports = require('good');", dependencies: [['good', '1.0.0']], caller, ...more };
  const response = await ask(JSON.stringify(question));
  const text = await response.text();
  return [response.status, (JSON.parse(text) as { failure?: { code: string } }).failure?.code ?? 'built'];
};
/** By the way that management asks. */
const buildsStill = async (): Promise<void> => {
  const source = { code: "module.exports = require('good');", dependencies: { good: '1.0.0' } };
  assert.equal((await askHookBuilder(builder.url, source, 'somebody else')).modules.length, 1);
};

const strangers = attackClass('a stranger at the hook-builder');
for (const [what, body, headers, status] of [
  ['a form, as a page in a browser sends it', 'code=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['a text, as a page in a browser sends it', '{}', { 'content-type': 'text/plain' }, 415],
  ['no JSON', '{', undefined, 400],
  ['null', 'null', undefined, 400],
  ['nesting', '['.repeat(1_000_000), undefined, 400],
  [
    'a member more',
    JSON.stringify({ code: 'x', dependencies: [], caller: '', registry: 'http://127.0.0.1/' }),
    undefined,
    400,
  ],
  [
    'a folder for its cache',
    JSON.stringify({ code: 'x', dependencies: [], caller: '', cacheDir: '/' }),
    undefined,
    400,
  ],
  [
    'dependencies without end',
    JSON.stringify({ code: 'x', dependencies: Array(5_000).fill(['a', '1']), caller: '' }),
    undefined,
    400,
  ],
  ['no code', JSON.stringify({ code: '', dependencies: [], caller: '' }), undefined, 400],
  ['more than it takes', ' '.repeat(MAX_BUILD_REQUEST_BYTES + 1), undefined, 413],
] as const) {
  strangers(what, async () => {
    assert.equal((await ask(body, headers)).status, status);
    await buildsStill();
  });
}
for (const [what, dependencies] of [
  ['__proto__', [['__proto__', '1.0.0']]],
  ['a folder', [['../../x', '1.0.0']]],
  ['an address', [['good', 'http://127.0.0.1/x.tgz']]],
] as const) {
  strangers(`a dependency of ${what}`, async () => {
    assert.deepEqual(await build('', { dependencies }), [422, 'dependency_invalid']);
  });
}
strangers('other methods and paths', async () => {
  for (const [path, method, status] of [
    ['/', 'GET', 404],
    [BUILDS_PATH, 'GET', 405],
    [`${BUILDS_PATH}/../readyz`, 'POST', 404],
    ['/metrics', 'GET', 404],
    ['/readyz', 'POST', 404],
  ] as const) {
    assert.equal((await fetch(builder.url + path, { method })).status, status, `${method} ${path}`);
  }
});
strangers('connections that never ask, and bodies that never come', async () => {
  const before = figuresOf(builder.pid);
  const port = Number(new URL(builder.url).port);
  const head = `POST ${BUILDS_PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 3000000\r\n\r\n`;
  const sockets = Array.from({ length: 300 }, (_, n) => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    if (n % 2 === 0) socket.write(head + ' '.repeat(100_000));
    return socket;
  });
  await buildsStill();
  assert.ok(figuresOf(builder.pid).rssMib - before.rssMib < 100);
  for (const socket of sockets) socket.destroy();
});
strangers('as many builds as it likes that never end: others are built, and it leaves no place behind', async () => {
  const leaving = new AbortController();
  const endless = { code: "require('endless')", dependencies: [['endless', '1.0.0']], caller: 'greedy' };
  const greedy = Array.from({ length: 40 }, (_, n) =>
    // Another version each: what is fetched once is not fetched again for another.
    fetch(builder.url + BUILDS_PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...endless, dependencies: [['endless', `1.0.${String(n)}`]] }),
      signal: leaving.signal,
    }).then(
      async (response) => ((await response.json()) as { failure: { code: string } }).failure.code,
      () => 'left',
    ),
  );
  await until('the registry is asked', () => registry.asked.filter((path) => path === '/endless').length >= 2);
  const startedMs = performance.now();
  for (let n = 0; n < 3; n++) await buildsStill();
  assert.ok(performance.now() - startedMs < 15_000);
  leaving.abort();
  // What the hook-builder has to hear of first.
  await delay(1_000);
  const outcomes = await Promise.all(greedy);
  const refused = outcomes.filter((outcome) => outcome === 'build_queue_full');
  assert.deepEqual([refused.length, outcomes.length - refused.length], [40 - 2 - 12, 14]);
  // Those that waited go with their asker: a place in the queue is its own again. Its two at work go on until the registry has been given up.
  const next = fetch(builder.url + BUILDS_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: 'module.exports = 1;', dependencies: [], caller: 'greedy' }),
  });
  assert.equal((await next).status, 200);
});
