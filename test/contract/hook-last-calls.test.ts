import './quiet.ts';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { openRunsOnce, type RanOnce } from '../../services/hook-executor/run-once.ts';
import { DEFAULT_EGRESS_POLICY } from '../../shared/domain/egress.ts';
import { HookRevisionContent, revisionAddress, type HookRevision } from '../../shared/domain/hook.ts';
import { makeRevision } from '../../hook-build/make-revision.ts';
import { canary } from '../support/canary.ts';
import { hookArguments } from '../attacks/sandbox.ts';

// The author of a hook whose `cb` never comes is told what it waited for, and where.

const WALL_MS = 2_000;
/** Of hooks that load large modules within it, also on a busy machine. */
const LONG_WALL_MS = 10_000;
const KEY = canary('hook-secret');

// Answers /now, and nothing else.
const server = createServer(({ url }, response) => {
  if (url?.startsWith('/now') === true) response.end('{"ready":true}');
});
let base = '';
let runs: Awaited<ReturnType<typeof openRunsOnce>> | undefined;
before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  runs = await openRunsOnce();
});
after(() => {
  runs?.close();
  server.closeAllConnections();
  server.close();
});

/** Runs lines that are the body of a hook, the first of them its second line. */
async function run(...lines: string[]): Promise<RanOnce> {
  return runWithin(WALL_MS, ...lines);
}

async function runWithin(wall_ms: number, ...lines: string[]): Promise<RanOnce> {
  assert(runs !== undefined);
  const code = ['module.exports = async function (client, scope, audience, context, cb) {', ...lines, '};'].join('\n');
  const content = await makeRevision(
    {
      hook_id: 'waits',
      code,
      dependencies: { axios: '1.7.9', request: '2.88.2' },
      secrets: { KEY },
      limits: { wall_ms },
      egress: { ...DEFAULT_EGRESS_POLICY, allowed_addresses: ['127.0.0.1'] },
    },
    { secretsKey: randomBytes(32), report: () => undefined },
  );
  const address = revisionAddress(content);
  const revision: HookRevision = { ...HookRevisionContent.parse(content), revision: address };
  const { build, kind, limits } = revision;
  const runnable = { revision: address, script: build?.script ?? code, kind, secrets: { KEY }, limits };
  const args = JSON.stringify({ ...(JSON.parse(hookArguments()) as object), body: { base } });
  return runs.run({ revision, runnable }, args, Date.now() + 2 * LONG_WALL_MS);
}

const open = (what: string, at: string) => ({ what, answered: false, at });

const WAITS: Readonly<Record<string, { lines: string[]; limit: 'wall' | 'callback'; calls: () => object[] }>> = {
  'fetch of a server that does not answer': {
    lines: [
      'const { base } = context.body;',
      'await fetch(`${base}/never?key=${context.webtask.secrets.KEY}`);',
      'cb();',
    ],
    limit: 'wall',
    calls: () => [open(`GET ${base}`, 'hook.js:3:7')],
  },
  // Modules ask later than they are called: there is no line of the author then.
  axios: {
    lines: [
      'const axios = require("axios");',
      'const roles = async () => {',
      '  const { data } = await axios.post(`${context.body.base}/never`, {});',
      '  return data;',
      '};',
      'cb(null, { roles: await roles() });',
    ],
    limit: 'wall',
    calls: () => [{ what: `POST ${base}`, answered: false }],
  },
  'request, whose callback does not come': {
    lines: ['const request = require("request");', 'request.get(`${context.body.base}/never`, () => cb());'],
    limit: 'wall',
    calls: () => [{ what: `GET ${base}`, answered: false }],
  },
  'two requests at a time, one of them answered': {
    lines: [
      'const { base } = context.body;',
      'await Promise.all([fetch(`${base}/now`),',
      'fetch(`${base}/never`)]);',
      'cb();',
    ],
    limit: 'wall',
    calls: () => [open(`GET ${base}`, 'hook.js:4:1')],
  },
  'a timer that is later than the limit': {
    lines: ['setTimeout(cb, 15000);'],
    limit: 'wall',
    calls: () => [open('a timer of 15000 ms', 'hook.js:2:1')],
  },
  'a request that was answered, and no cb after it': {
    lines: ['const answer = await fetch(`${context.body.base}/now`);', 'await answer.json();'],
    limit: 'callback',
    calls: () => [{ what: `GET ${base}`, answered: true, at: 'hook.js:2:22' }],
  },
  'a storage that was answered': {
    lines: ['context.webtask.storage.get((error, data) => {', '  if (data) cb(null, data);', '});'],
    limit: 'callback',
    calls: () => [{ what: 'webtask.storage.get', answered: true, at: 'hook.js:2:25' }],
  },
  'a timer that fired': {
    lines: ['setTimeout(() => {}, 5);'],
    limit: 'callback',
    calls: () => [{ what: 'a timer of 5 ms', answered: true, at: 'hook.js:2:1' }],
  },
  'a digest that was made': {
    lines: ['await crypto.subtle.digest("SHA-256", new Uint8Array(8));'],
    limit: 'callback',
    calls: () => [{ what: 'crypto.subtle.digest', answered: true, at: 'hook.js:2:21' }],
  },
  'a promise of its own': {
    lines: ['await new Promise(() => {});', 'cb();'],
    limit: 'callback',
    calls: () => [],
  },
};

describe('a run that waits in vain', { concurrency: 6 }, () => {
  for (const [what, { lines, limit, calls }] of Object.entries(WAITS)) {
    it(`tells of ${what}`, async () => {
      const isQuick = limit === 'wall' && !lines.some((line) => line.includes('require('));
      const { outcome, last_calls } = await runWithin(isQuick ? WALL_MS : LONG_WALL_MS, ...lines);
      assert.deepEqual([outcome.status, 'limit' in outcome && outcome.limit], ['timed_out', limit]);
      assert.deepEqual(last_calls, calls());
    });
  }

  it('tells what it had printed, and no value of a secret', async () => {
    const { outcome, last_calls, network } = await run(
      'console.log("asks with", context.webtask.secrets.KEY);',
      'await fetch(`http://${context.webtask.secrets.KEY}.127.0.0.1.example:1/`).catch(() => {});',
      'console.warn("waits");',
    );
    assert.deepEqual(outcome.console, [
      { level: 'log', text: 'asks with [secret KEY]' },
      { level: 'warn', text: 'waits' },
    ]);
    assert.match(JSON.stringify(last_calls), /"GET http:\/\/\[secret KEY\]\./);
    assert.match(network[0]?.host ?? '', /^\[secret KEY\]\./);
    for (const key of [KEY, KEY.toLowerCase()]) assert(!JSON.stringify([last_calls, network]).includes(key));
  });

  it('tells ten calls of many', async () => {
    const { last_calls } = await run('for (let i = 0; i < 900; i++) setTimeout(cb, 10000 + i);');
    assert.deepEqual(
      last_calls?.map(({ what }) => what),
      Array.from({ length: 10 }, (_, i) => `a timer of ${String(10_000 + i)} ms`),
    );
  });

  for (const [what, line] of Object.entries({
    'writes stacks its own way': 'Error.prepareStackTrace = () => ({ toString() { throw 1; } });',
    'throws where a stack is read': 'Error.prepareStackTrace = () => { throw 1; };',
    'wants no stacks': 'Error.stackTraceLimit = 0;',
    'takes the limit of stacks away': 'delete Error.stackTraceLimit;',
    'freezes Error': 'Object.freeze(Error);',
    'changes lists': 'Array.prototype.push = Array.prototype.forEach = () => { throw 1; };',
  })) {
    it(`tells of the call, if not of its place, where the hook ${what}`, async () => {
      const { last_calls } = await run('setTimeout(cb, 15000);', line, 'setTimeout(cb, 16000);');
      assert.deepEqual(
        last_calls?.map((call) => call.what),
        ['a timer of 15000 ms', 'a timer of 16000 ms'],
      );
    });
  }

  it('leaves the limit of stacks as the hook has it', async () => {
    const { outcome } = await run(
      'Error.stackTraceLimit = 3; setTimeout(() => {}, 1);',
      'cb(null, { limit: Error.stackTraceLimit });',
    );
    assert.deepEqual(outcome.status === 'ok' && outcome.result, '{"limit":3}');
  });
});

it('a run that did not wait in vain tells nothing', async () => {
  for (const line of ['await fetch(`${context.body.base}/now`); cb();', 'cb(new Error("no"));', 'for (;;);']) {
    const ran = await run(line);
    assert.equal(ran.last_calls, undefined);
    assert(!('last_calls' in ran.outcome));
  }
});
