import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { resettable } from './reset-stack.ts';
import { startStack, type Stack, type StackOptions } from './stack.ts';

/** What a borrower asks for, in the first line on its socket. */
export type StackKind = Pick<StackOptions, 'hasConsole' | 'env'>;
/** The first line on a lent stack's socket. Each line after it is one that the stack has printed. */
export type LentStack = { dataDir: string; pid: number; printed: string };

type Kept = { kind: string; stack: Stack; facts: LentStack; reset: () => Promise<void> };
type Waiting = { kind: string; take: (kept: Kept | Promise<Kept>) => void };

/**
 * Lends stacks to the test files of one run: whoever connects to the socket at `path` and says of which kind has one until the connection
 * is closed. They are started when they are needed, at most so many; what comes back is reset before it is lent again, and what nobody
 * uses makes room for one of another kind.
 */
export async function lendStacks(path: string, maxStacks: number): Promise<{ close: () => Promise<void> }> {
  const all = new Set<Stack>();
  const idle: Kept[] = [];
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
    await stack.stop();
  }

  async function take(kind: string): Promise<Kept> {
    const same = idle.findLastIndex((kept) => kept.kind === kind);
    const [kept] = same === -1 ? [] : idle.splice(same, 1);
    if (kept !== undefined) return kept;
    if (started < maxStacks) {
      started += 1;
      return start(kind);
    }
    const other = idle.shift();
    if (other === undefined) return new Promise((resolve) => waiting.push({ kind, take: resolve }));
    await stop(other);
    return start(kind);
  }

  async function giveBack(kept: Kept): Promise<void> {
    try {
      await kept.reset();
      idle.push(kept);
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
      await Promise.all([...all].map((stack) => stack.stop()));
    },
  };
}
