import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import ivm from 'isolated-vm';
import { bundleRuntime } from '../../services/hook-executor/isolate/bundle-globals.ts';
import { hookScript, LINE_OFFSET } from '../../hook-build/hook-script.ts';
import { NodeWork } from '../../services/hook-executor/sandbox/host-calls/node-work/node-work.ts';
import { SubtleWork } from '../../services/hook-executor/sandbox/host-calls/subtle-work.ts';

const runtime = readFileSync(new URL('./hook-build-runtime.js', import.meta.url), 'utf8')
  .trim()
  .replace(/;$/, '');

/** What the runtime of hooks shows values by. */
const INSPECT = `{ let made; globalThis[Symbol.for('hookmint.inspect')] = () => (made ??= ${bundleRuntime().libraries.inspect}); }`;

interface ExchangeRequest {
  url: string;
  method: string;
  headers: [string, string][];
  body?: string;
  verify_tls: boolean;
}

export interface ThrownInHook {
  name: string;
  message: string;
  stack: string;
}

export interface HookArguments {
  client?: object;
  scope?: string[];
  audience?: string;
  context?: object;
}

/** Runs a hook's script once, in an isolate of its own, and gives what `cb` was called with. */
export async function runInIsolate(
  script: string,
  args: HookArguments = {},
): Promise<{ error: ThrownInHook | null; result: unknown; exchanges: ExchangeRequest[] }> {
  const isolate = new ivm.Isolate({ memoryLimit: 256 });
  const timers = new Map<number, NodeJS.Timeout>();
  const exchanges: ExchangeRequest[] = [];
  const nodeWork = new NodeWork();
  // Callbacks out of an isolate wait for the event loop to turn, which it does not by itself when nothing else goes on.
  const turning = setInterval(() => undefined, 5);
  try {
    const context = await isolate.createContext();
    await context.eval(INSPECT);
    const host = {
      startTimer: new ivm.Callback(
        (id: number, ms: number, again: boolean) => {
          const fire = () => realm.getSync('fire', { reference: true }).applyIgnored(undefined, [id]);
          timers.set(id, again ? setInterval(fire, ms) : setTimeout(fire, ms));
        },
        { ignored: true },
      ),
      stopTimer: new ivm.Callback((id: number) => clearTimeout(timers.get(id)), { ignored: true }),
      exchange: new ivm.Callback(
        (id: number, json: string) => {
          const request = JSON.parse(json) as ExchangeRequest;
          exchanges.push(request);
          const respond = (...answer: string[]) => {
            if (!isolate.isDisposed)
              realm.getSync('respond', { reference: true }).applyIgnored(undefined, [id, ...answer]);
          };
          exchange(request).then(
            (response) => respond('', JSON.stringify(response)),
            (error: unknown) => respond(String(error)),
          );
        },
        { ignored: true },
      ),
      parseUrl: new ivm.Callback((text: string, base: string) => {
        const url = URL.parse(text, base === '' ? undefined : base);
        if (url === null) return '';
        const { href, origin, protocol, username, password, host: name, hostname, port, pathname, search, hash } = url;
        return JSON.stringify({
          href,
          origin,
          protocol,
          username,
          password,
          host: name,
          hostname,
          port,
          pathname,
          search,
          hash,
        });
      }),
      // What takes longer is not waited for here, only begun.
      work: new ivm.Callback((json: string, waits: boolean) =>
        nodeWork.ask(json, waits, { leftMs: 10, work: new SubtleWork() }),
      ),
      workDone: new ivm.Callback(
        (id: number, ticket: number) => {
          void nodeWork.wait(ticket).then((answer) => {
            if (!isolate.isDisposed)
              realm.getSync('respond', { reference: true }).applyIgnored(undefined, [id, '', answer]);
          });
        },
        { ignored: true },
      ),
      random: new ivm.Callback((length: number) => {
        const bytes = randomBytes(length);
        return new ivm.ExternalCopy(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + length)).copyInto();
      }),
    };
    const names = Object.keys(host).map((name, index) => `${name}: $${index}`);
    const realm: ivm.Reference = await context.evalClosure(
      `return (${runtime})({ ${names.join(', ')} })`,
      Object.values(host),
      { result: { reference: true } },
    );
    const compiled = await isolate.compileScript(hookScript(script), { filename: 'hook.js', lineOffset: LINE_OFFSET });
    const factory: ivm.Reference = await compiled.run(context, { reference: true });
    const run: ivm.Reference = await realm.get('run', { reference: true });
    const text: unknown = await run.apply(undefined, [factory.derefInto(), JSON.stringify(args)], {
      result: { promise: true, copy: true },
      timeout: 10_000,
    });
    const [error, result] = JSON.parse(String(text)) as [ThrownInHook | null, unknown];
    return { error, result, exchanges };
  } finally {
    clearInterval(turning);
    for (const timer of timers.values()) clearTimeout(timer);
    isolate.dispose();
  }
}

async function exchange({ url, method, headers, body, verify_tls }: ExchangeRequest) {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(
      url,
      { method, headers: grouped(headers), rejectUnauthorized: verify_tls, agent: false },
      resolve,
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : Buffer.from(body, 'base64'));
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const raw = response.rawHeaders;
  const pairs = raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1]]] : []));
  return {
    status: response.statusCode,
    status_text: response.statusMessage,
    headers: pairs,
    body: Buffer.concat(chunks).toString('base64'),
  };
}

function grouped(pairs: [string, string][]): Record<string, string | string[]> {
  const one = (values: string[]) => (values.length === 1 ? (values[0] ?? '') : values);
  const byName = Map.groupBy(pairs, ([name]) => name);
  return Object.fromEntries([...byName].map(([name, values]) => [name, one(values.map(([, value]) => value))]));
}
