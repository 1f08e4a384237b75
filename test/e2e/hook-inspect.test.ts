import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { decode } from '@jridgewell/sourcemap-codec';
import { DEFAULT_HOOK_LIMITS } from '../../shared/domain/hook.ts';
import { canary } from '../support/canary.ts';
import { CLI_PROGRAM } from '../support/cli-program.ts';
import { attachDebugger, type Debugger } from '../support/debugger.ts';
import { descendantsOf } from '../support/process-tree.ts';
import { until } from '../support/until.ts';

// A debugger, as Chrome's or an editor's, looks into a hook of `hookmint hook run --inspect`.

const TIMEOUT = { timeout: 120_000 };
const folder = mkdtempSync(join(tmpdir(), 'hookmint-inspect-'));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGTERM');
  rmSync(folder, { recursive: true });
});

type Ended = { status: number | null; stdout: string; stderr: string };
type Run = { child: ChildProcess; stderr: () => string; ended: Promise<Ended> };

function hookRun(...args: string[]): Run {
  const child = spawn(process.execPath, [...CLI_PROGRAM, 'hook', 'run', ...args], {
    cwd: folder,
    env: { ...process.env, INIT_CWD: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, stdout, stderr }));
  return { child, stderr: () => stderr, ended };
}

/** The command, once it says where a debugger finds it. */
async function inspect(name: string, code: string, ...options: string[]): Promise<Run & { url: string }> {
  writeFileSync(join(folder, name), code);
  const run = hookRun(name, ...(options.length === 0 ? ['--inspect=0'] : options));
  const url = (): string | undefined => /\bws:\/\/[\w.:/-]+\w/.exec(run.stderr())?.[0];
  await until('the inspector is open', () => {
    if (run.child.exitCode !== null) throw new Error(run.stderr());
    return url() !== undefined;
  });
  return { ...run, url: url() ?? '' };
}

/** Attaches as an editor does, with breakpoints that it has before the hook is loaded. */
async function attached(url: string, breakpoints: object[] = []): Promise<Debugger> {
  const debug = await attachDebugger(url);
  await debug.send('Runtime.enable');
  await debug.send('Debugger.enable');
  for (const breakpoint of breakpoints) await debug.send('Debugger.setBreakpointByUrl', breakpoint);
  await debug.send('Runtime.runIfWaitingForDebugger');
  return debug;
}

type Frame = { callFrameId: string; location: { scriptId: string; lineNumber: number; columnNumber: number } };

/** The line of a script that the debugger stopped at, counted from 0, and a look at what is there. */
async function paused(debug: Debugger) {
  const { callFrames } = await debug.next('Debugger.paused');
  const [frame] = callFrames as Frame[];
  assert(frame !== undefined);
  const valueOf = async (expression: string): Promise<unknown> => {
    const asked = { callFrameId: frame.callFrameId, expression, returnByValue: true };
    const { result } = await debug.send('Debugger.evaluateOnCallFrame', asked);
    return (result as { value: unknown }).value;
  };
  const { scriptId, lineNumber, columnNumber } = frame.location;
  const { url } = await debug.next('Debugger.scriptParsed', (script) => script.scriptId === scriptId);
  return { url, lineNumber, columnNumber, valueOf };
}

type Script = { url: string; map: SourceMapPayload };

/** The script that has a source map, and where a debugger that reads that sets a breakpoint of a place of the author's file, counted from 0. */
async function scriptOf(debug: Debugger): Promise<Script> {
  const { url, sourceMapURL, startLine, startColumn } = await debug.next('Debugger.scriptParsed', (script) =>
    String(script.sourceMapURL).startsWith('data:'),
  );
  // Debuggers count from there.
  assert.deepEqual([startLine, startColumn], [0, 0]);
  const [, json = ''] = /^data:application\/json;base64,(.*)$/.exec(String(sourceMapURL)) ?? [];
  return { url: String(url), map: JSON.parse(Buffer.from(json, 'base64').toString()) as SourceMapPayload };
}

function placeIn({ url, map }: Script, [ofLine, ofColumn]: [number, number]): object {
  for (const [lineNumber, segments] of decode(map.mappings).entries()) {
    const found = segments.find(([, , line, column]) => line === ofLine && column === ofColumn);
    if (found !== undefined) return { url, lineNumber, columnNumber: found[0] };
  }
  throw new Error('the map does not have the place');
}

/** Attaches as editors do, which stop before each script with a source map, to set the breakpoints of its sources. */
async function attachedWithMaps(
  url: string,
  ...places: [number, number][]
): Promise<{ debug: Debugger; script: Script }> {
  const debug = await attachDebugger(url);
  await debug.send('Debugger.enable');
  const instrumentation = 'beforeScriptWithSourceMapExecution';
  await debug.send('Debugger.setInstrumentationBreakpoint', { instrumentation });
  await debug.send('Runtime.runIfWaitingForDebugger');
  const script = await scriptOf(debug);
  await debug.next('Debugger.paused', ({ reason }) => reason === 'instrumentation');
  for (const place of places) await debug.send('Debugger.setBreakpointByUrl', placeIn(script, place));
  await debug.send('Debugger.resume');
  return { debug, script };
}

/** The author's file and line, counted from 1, that a debugger which reads source maps shows. */
async function pausedIn(debug: Debugger, { map }: Script) {
  const { callFrames } = await debug.next('Debugger.paused');
  const [frame] = callFrames as Frame[];
  assert(frame !== undefined);
  const { lineNumber, columnNumber } = frame.location;
  const origin = new SourceMap(map).findOrigin(lineNumber + 1, columnNumber + 1);
  assert('lineNumber' in origin);
  const asked = { callFrameId: frame.callFrameId, returnByValue: true };
  return {
    at: [origin.fileName, origin.lineNumber],
    valueOf: async (expression: string): Promise<unknown> => {
      const { result } = await debug.send('Debugger.evaluateOnCallFrame', { ...asked, expression });
      return (result as { value: unknown }).value;
    },
  };
}

const addressOf = (name: string): string => pathToFileURL(join(folder, name)).href;

/** All that a run shows but the time that it took, which is never the same. */
const shown = (stdout: string): string => stdout.replace(/^time .*$/m, '').replace(/"(cpu|wall)_ms":[^,}]+/g, '');

async function withoutDebugger(name: string, ...options: string[]): Promise<string> {
  const { status, stdout, stderr } = await hookRun(name, ...options).ended;
  assert.notEqual(status, 2, stderr);
  return shown(stdout);
}

const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  const plan = client.metadata.plan || 'free';
  cb(null, { scope, 'https://example.com/plan': plan });
};
`;

it(
  'stops at a breakpoint in the file for as long as somebody looks, and goes on to the same result',
  TIMEOUT,
  async () => {
    const { url, stderr, ended } = await inspect('my-hook.js', HOOK);
    assert.match(url, /^ws:\/\/127\.0\.0\.1:\d+\/[\da-f-]{36}$/);
    assert.match(
      stderr(),
      /my-hook\.js waits for a debugger, of chrome:[^]* at ws:[^]*no limit of time, CPU or memory holds/,
    );
    const debug = await attached(url, [{ url: addressOf('my-hook.js'), lineNumber: 2 }]);
    const { lineNumber, valueOf, ...at } = await paused(debug);
    assert.deepEqual([at.url, lineNumber], [addressOf('my-hook.js'), 2]);
    assert.equal(await valueOf('plan'), 'full');
    await delay(DEFAULT_HOOK_LIMITS.cpu_ms + 1_000);
    await debug.send('Debugger.resume');
    const { status, stdout } = await ended;
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^claims +https:\/\/example\.com\/plan: "full"$/m);
    assert.equal(shown(stdout), await withoutDebugger('my-hook.js'));
  },
);

it('stops at the first line of an Action by --inspect-brk, and shows its error as without', TIMEOUT, async () => {
  const code = `const prefix = 'https://example.com/';
exports.onExecuteCredentialsExchange = async (event, api) => {
  console.log('before', new URL('/a', prefix).href, new Error('here').stack.split('\\n').length);
  await new Promise((resolve) => setTimeout(resolve, 5));
  api.accessToken.setCustomClaim(prefix + 'digest', require('crypto').pbkdf2Sync('p', 's', 200_000, 32, 'sha512').toString('hex'));
  event.client.metadata.plan.none.name;
};
`;
  const { url, ended } = await inspect('action.js', code, '--inspect-brk=0');
  const { debug, script } = await attachedWithMaps(url, [3, 2]);
  for (const line of [1, 4]) {
    assert.deepEqual((await pausedIn(debug, script)).at, [addressOf('action.js'), line]);
    await debug.send('Debugger.resume');
  }
  const { status, stdout } = await ended;
  assert.equal(status, 1, stdout);
  assert.match(stdout, /TypeError: Cannot read properties of undefined[^]*action\.js:6:\d+/);
  assert.doesNotMatch(stdout, /file:\/\/|node:|hookmint:runtime/);
  assert.equal(shown(stdout), await withoutDebugger('action.js'));
});

const TYPED = `type Plan = { name: string };

const planOf = (metadata: Record<string, string>): Plan => {
  const name: string = metadata['plan'] ?? 'free';
  return { name };
};

module.exports = (client: any, scope: string[], audience: string, context: any, cb: any) => {
  cb(null, { scope, 'https://example.com/plan': planOf(client.metadata).name });
};
`;

it('stops at a line of a file in TypeScript, as debuggers do that read source maps', TIMEOUT, async () => {
  const { url, ended } = await inspect('typed.ts', TYPED);
  const { debug, script } = await attachedWithMaps(url, [4, 2]);
  assert.deepEqual([script.map.sources, script.map.sourcesContent], [[addressOf('typed.ts')], [TYPED]]);
  const { at, valueOf } = await pausedIn(debug, script);
  assert.deepEqual(at, [addressOf('typed.ts'), 5]);
  assert.equal(await valueOf('name'), 'full');
  await debug.send('Debugger.resume');
  const { status, stdout } = await ended;
  assert.equal(status, 0, stdout);
  assert.equal(shown(stdout), await withoutDebugger('typed.ts'));
});

it('stops at the first line of a file in TypeScript, and shows its error as without', TIMEOUT, async () => {
  const code = TYPED.replace('return { name };', 'return (undefined as any).name;');
  const { url, ended } = await inspect('thrown.ts', code, '--inspect-brk=0');
  const { debug, script } = await attachedWithMaps(url);
  assert.deepEqual((await pausedIn(debug, script)).at, [addressOf('thrown.ts'), 1]);
  await debug.send('Debugger.resume');
  const { stdout } = await ended;
  assert.match(stdout, /thrown\.ts:5:/);
  assert.equal(shown(stdout), await withoutDebugger('thrown.ts'));
});

it('runs scripts of the other contracts to the same result', TIMEOUT, async () => {
  const code = `const getCustomJwtClaims = async ({ token, context, environmentVariables }) => {
  await null;
  return { plan: 'full', client: token.clientId };
};
`;
  const { url, ended } = await inspect('logto.js', code, '--inspect=0', '--json', '--contract', 'logto');
  const { debug, script } = await attachedWithMaps(url, [2, 2]);
  assert.deepEqual((await pausedIn(debug, script)).at, [addressOf('logto.js'), 3]);
  await debug.send('Debugger.resume');
  const { status, stdout } = await ended;
  assert.equal(status, 0, stdout);
  assert.equal(shown(stdout), await withoutDebugger('logto.js', '--json', '--contract', 'logto'));
});

it('gives code that is out of its realm no file, network, process or environment', TIMEOUT, async () => {
  const code = `const attempt = async (way) => {
  try { return String(await way()); } catch (error) { return 'refused'; }
};
const PROBE = "return typeof process === 'undefined' || process.permission === undefined ? 'none' : 'the host'";
const NAME = 'node:fs';
const run = (object) => object.constructor.constructor(PROBE)();
module.exports = async (client, scope, audience, context, cb) => {
  const seen = [
    await attempt(() => Function(PROBE)()),
    await attempt(async () => { try { await import(NAME); } catch (error) { return run(error); } }),
    await attempt(() => run(new URL('https://example.com'))),
    await attempt(() => { const deeper = () => { new URL('https://example.com'); deeper(); }; try { deeper(); } catch (error) { return run(error); } }),
    await attempt(() => { Error.prepareStackTrace = (_, frames) => frames; const { stack } = new Error(); return [stack, ...stack].map(run).join(); }),
  ];
  cb(null, { 'https://example.com/seen': seen.join(' ') });
};
`;
  const { url, ended } = await inspect('escapes.js', code, '--inspect-brk=0');
  const debug = await attached(url);
  await debug.next('Debugger.paused');
  const { context } = await debug.next('Runtime.executionContextCreated', (given) => {
    const { auxData } = given.context as { auxData: { isDefault: boolean } };
    return auxData.isDefault;
  });
  // What an escape would have: the debugger is in Node's own realm.
  const inNode = async (expression: string): Promise<unknown> => {
    const contextId = (context as { id: number }).id;
    const asked = { expression, contextId, returnByValue: true, allowUnsafeEvalBlockedByCSP: false };
    const { result, exceptionDetails } = await debug.send('Runtime.evaluate', asked);
    const { exception } = (exceptionDetails ?? {}) as { exception?: { description: string } };
    return exception?.description.split('\n')[0] ?? (result as { value: unknown }).value;
  };
  const module = (name: string): string => `process.getBuiltinModule('node:${name}')`;
  assert.equal(await inNode(`JSON.stringify(process.env)`), '{}');
  for (const right of ['fs.read', 'fs.write', 'net', 'child', 'worker', 'addon', 'wasi', 'ffi']) {
    assert.equal(await inNode(`process.permission.has('${right}')`), false, right);
  }
  const RESTRICTED = /Access to this API has been restricted/;
  assert.match(String(await inNode(`${module('fs')}.readFileSync('/etc/hostname')`)), RESTRICTED);
  assert.match(String(await inNode(`${module('child_process')}.spawnSync('id').error.message`)), RESTRICTED);
  assert.match(String(await inNode(`new (${module('worker_threads')}.Worker)('0', { eval: true })`)), RESTRICTED);
  assert.match(String(await inNode(`Function('return 1')()`)), /Code generation from strings disallowed/);
  await debug.send('Debugger.resume');
  const { stdout } = await ended;
  assert.match(stdout, /seen: "[^"]+"/);
  assert.doesNotMatch(stdout, /the host/);
});

it('says what to do where the port is taken, and of what cannot be inspected', TIMEOUT, async () => {
  const { url, child } = await inspect('my-hook.js', HOOK);
  const { port } = new URL(url);
  const taken = await hookRun('my-hook.js', `--inspect=${port}`).ended;
  assert.equal(taken.status, 2);
  assert.match(taken.stderr, new RegExp(`127\\.0\\.0\\.1:${port}.*--inspect=0`, 's'));
  child.kill('SIGTERM');
  const wrong = await hookRun('my-hook.js', '--inspect=x').ended;
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /a port from 0 to 65535, not "x"/);
  writeFileSync(join(folder, 'webhook.json'), '{ "url": "https://example.com/hook", "secret": { "secret": "key" } }');
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify({ key: canary('webhook secret') }));
  const webhook = await hookRun('webhook.json', '--contract', 'webhook', '--secrets', 'secrets.json', '--inspect-brk')
    .ended;
  assert.match(webhook.stderr, /--inspect is for code, and webhook\.json is a webhook/);
});

for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
  it(`leaves no process when ${signal} ends it, whether it waits or stands at a breakpoint`, TIMEOUT, async () => {
    for (const isPaused of [false, true]) {
      const { url, child } = await inspect('my-hook.js', HOOK);
      const below = descendantsOf(child.pid ?? 0).map(({ pid }) => pid);
      assert(below.length >= 2);
      if (isPaused) await paused(await attached(url, [{ url: addressOf('my-hook.js'), lineNumber: 1 }]));
      child.kill(signal);
      await until('all have ended', () => !below.some(isRunning));
    }
  });
}

/** One that nobody has asked how it ended is a zombie. */
const isRunning = (pid: number): boolean =>
  /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout);
