import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { resettable } from './reset-stack.ts';
import { startStack, type Stack, type StackOptions } from './stack.ts';

/** What a borrower asks for, in the first line on its socket. */
export type StackKind = Pick<StackOptions, 'hasConsole' | 'env'>;
/** The first line on a lent stack's socket. Each line after it is one that the stack has printed. */
export type LentStack = { dataDir: string; pid: number; printed: string };

/** A stack that nobody uses takes a twentieth of a processor: for as long as this, that is less than another start takes. */
const MAX_IDLE_MS = 70_000;

type Kept = { kind: string; stack: Stack; facts: LentStack; reset: () => Promise<void> };
type Idle = Kept & { expiry: NodeJS.Timeout };
type Waiting = { kind: string; take: (kept: Kept | Promise<Kept>) => void };

/**
 * Lends stacks to the test files of one run: whoever connects to the socket at `path` and says of which kind has one until the connection
 * is closed. They are started when they are needed, at most so many; what comes back is reset before it is lent again. What nobody uses
 * makes room for one of another kind, and is stopped after a while.
 */
export async function lendStacks(path: string, maxStacks: number): Promise<{ close: () => Promise<void> }> {
  const all = new Set<Stack>();
  const idle: Idle[] = [];
  const stopping = new Set<Promise<void>>();
  const waiting: Waiting[] = [];
  const sockets = new Set<Socket>();
  const leases: Promise<void>[] = [];
  let started = 0;

  async function start(kind: string): Promise<Kept> {
    try {
      const stack = await startStack({ ...(JSON.parse(kind) as StackKind), hook: null });
      all.add(stack);
      const facts = { dataDir: stack.dataDir, pid: stack.pid, printed: stack.output() };
      return { kind, stack, facts, reset: await resettable(stack) };
    } catch (error) {
      started -= 1;
      throw error;
    }
  }

  async function stop({ stack }: Kept): Promise<void> {
    all.delete(stack);
    const stopped = stack.stop();
    stopping.add(stopped);
    await stopped.finally(() => stopping.delete(stopped));
  }

  function keep(kept: Kept): void {
    const expiry = setTimeout(() => {
      idle.splice(idle.indexOf(one), 1);
      started -= 1;
      stop(kept).catch((error: unknown) => process.stdout.write(`A stack could not be stopped: ${String(error)}\n`));
    }, MAX_IDLE_MS);
    const one: Idle = { ...kept, expiry };
    idle.push(one);
  }

  function noLongerIdle(at: number): Kept | undefined {
    const [one] = idle.splice(at, 1);
    clearTimeout(one?.expiry);
    return one;
  }

  async function take(kind: string): Promise<Kept> {
    const same = idle.findLastIndex((kept) => kept.kind === kind);
    const kept = same === -1 ? undefined : noLongerIdle(same);
    if (kept !== undefined) return kept;
    if (started < maxStacks) {
      started += 1;
      return start(kind);
    }
    const other = noLongerIdle(0);
    if (other === undefined) return new Promise((resolve) => waiting.push({ kind, take: resolve }));
    await stop(other);
    return start(kind);
  }

  async function giveBack(kept: Kept): Promise<void> {
    try {
      await kept.reset();
      keep(kept);
    } catch (error) {
      process.stdout.write(`A stack is not lent again: ${String(error)}\n`);
      await stop(kept);
      started -= 1;
    }
    const next = waiting.shift();
    next?.take(take(next.kind));
  }

  async function lend(socket: Socket): Promise<void> {
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const kind = await new Promise<string | undefined>((resolve) => {
      createInterface({ input: socket }).once('line', resolve);
      void closed.then(() => resolve(undefined));
    });
    if (kind === undefined) return;
    const kept = await take(kind);
    socket.write(`${JSON.stringify(kept.facts)}\n`);
    const silence = kept.stack.onPrinted((line) => socket.write(`${line}\n`));
    void kept.stack.exited.then(() => socket.end());
    await closed;
    silence();
    await giveBack(kept);
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    // Of a test that was killed.
    socket.on('error', () => socket.destroy());
    leases.push(
      lend(socket).catch((error: unknown) => {
        process.stdout.write(`No stack could be lent: ${String(error)}\n`);
        socket.destroy();
      }),
    );
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(leases);
      for (const { expiry } of idle) clearTimeout(expiry);
      await Promise.all([...stopping, ...[...all].map((stack) => stack.stop())]);
    },
  };
}
