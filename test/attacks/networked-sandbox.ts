import './quiet.ts';
import { hookArguments, revisionOf } from './sandbox.ts';
import assert from 'node:assert/strict';
import dns, { type LookupAddress } from 'node:dns';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { isIPv6, type AddressInfo } from 'node:net';
import { after, before } from 'node:test';
import { DEFAULT_EGRESS_POLICY, type EgressPolicy } from '../../shared/domain/egress.ts';
import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { HookRevision, type HookLimits } from '../../shared/domain/hook.ts';
import { NO_CEILING } from '../../shared/egress/address-ceiling.ts';
import { createEgressBroker } from '../../services/hook-executor/egress/broker.ts';
import { networkOfRun } from '../../services/hook-executor/egress/network-of-run.ts';
import { openSandboxPool, type SandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';

/** Stands for the public internet: the one address that a policy of these tests may open. */
export const OUTSIDE_ADDRESS = '127.0.0.2';
export const OUTSIDE: EgressPolicy = { allowed_addresses: [OUTSIDE_ADDRESS], allowed_hosts: null };
const INSIDE_ADDRESS = '127.0.0.1';

type Received = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'> & { body: string };
type RunOptions = { body?: Record<string, unknown>; policy?: EgressPolicy; limits?: Partial<HookLimits> };

/**
 * A real sandbox process with the real egress broker, and what an attacker has: names whose addresses are answered as the
 * attacker likes, a server of the attacker's at {@link OUTSIDE_ADDRESS}, and on the same port of loopback the service that
 * no hook may reach.
 */
export function networkedSandbox() {
  const broker = createEgressBroker(NO_CEILING);
  const realLookup = dns.lookup;
  const servers: Server[] = [];
  const names = new Map<string, string[][]>();
  let pool: SandboxPool | undefined;
  const world = {
    port: 0,
    /** Requests that the attacker's server got. */
    outside: [] as Received[],
    /** What came to the service inside, connections too; to stay empty. */
    inside: [] as string[],
    /** Names that the resolver was asked for. */
    resolved: [] as string[],
    /** How the attacker's server answers. */
    answer: ((_, response) => void response.end('outside')) as RequestListener,
    /** Has a name resolve to these addresses, another list at each lookup; the last one stays. */
    name: (host: string, ...answers: string[][]): void => void names.set(host, answers),
    reset: (): void => {
      names.clear();
      for (const list of [world.outside, world.inside, world.resolved]) list.length = 0;
      world.answer = (_, response) => void response.end('outside');
    },
    /** A URL of the attacker's server, or of whatever else listens on its port. */
    url: (host: string, path = '/'): string => `http://${host}:${String(world.port)}${path}`,
    run: (code: string, { body = {}, policy = DEFAULT_EGRESS_POLICY, limits = {} }: RunOptions = {}) => {
      assert.ok(pool !== undefined);
      const runnable = revisionOf(code, limits);
      const revision = HookRevision.parse({
        hook_id: 'attack',
        code,
        egress: policy,
        limits: runnable.limits,
        revision: runnable.revision,
      });
      const deadlineMs = Date.now() + runnable.limits.wall_ms;
      return pool.run(runnable, hookArguments(body), deadlineMs, networkOfRun(broker, revision, deadlineMs));
    },
    /** Runs a hook that must end with `ok`, and gives its result. */
    result: async (code: string, options?: RunOptions): Promise<unknown> => {
      const outcome: HookOutcome = await world.run(code, options);
      if (outcome.status !== 'ok') assert.fail(JSON.stringify(outcome).slice(0, 500));
      return JSON.parse(outcome.result ?? 'null') as unknown;
    },
  };

  function lookup(host: string, options: dns.LookupOptions, callback: (...answer: unknown[]) => void): void {
    world.resolved.push(host);
    const answers = names.get(host);
    if (answers === undefined) {
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }));
      return;
    }
    const [addresses = []] = answers.length > 1 ? answers.splice(0, 1) : answers;
    const all = addresses.map((address): LookupAddress => ({ address, family: isIPv6(address) ? 6 : 4 }));
    if (options.all === true) callback(null, all);
    else callback(null, all[0]?.address, all[0]?.family);
  }

  before(async () => {
    pool = await openSandboxPool(1, startStrongestSandbox);
    const outside = createServer((request, response) => {
      void readBody(request).then((body) => {
        const { method, url, headers, rawHeaders } = request;
        world.outside.push({ method, url, headers, rawHeaders, body });
        world.answer(request, response);
      });
    });
    const inside = createServer((request, response) => response.end(`inside ${String(request.url)}`));
    inside.on('connection', () => world.inside.push('a connection'));
    servers.push(outside, inside);
    world.port = await listenTogether(outside, inside);
    Object.assign(dns, { lookup });
    syncBuiltinESMExports();
  });
  after(() => {
    Object.assign(dns, { lookup: realLookup });
    syncBuiltinESMExports();
    broker.close();
    pool?.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });
  return world;
}

const MAX_PORTS_TRIED = 20;

/** On one port, which is free at both addresses. */
async function listenTogether(outside: Server, inside: Server): Promise<number> {
  for (let tried = 1; ; tried++) {
    const port = await listen(outside, OUTSIDE_ADDRESS, 0);
    try {
      return await listen(inside, INSIDE_ADDRESS, port);
    } catch (error) {
      if (tried === MAX_PORTS_TRIED) throw error;
      await new Promise((resolve) => outside.close(resolve));
    }
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return (server.address() as AddressInfo).port;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString();
  return body;
}
