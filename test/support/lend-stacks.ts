import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { resettable } from './reset-stack.ts';
import { startStack, type Stack } from './stack.ts';

/** The first line on a lent stack's socket. Each line after it is one that the stack has printed. */
export type LentStack = { dataDir: string; pid: number; printed: string };

type Kept = { stack: Stack; facts: LentStack; reset: () => Promise<void> };

/**
 * Lends stacks to the test files of one run: whoever connects to the socket at `path` has one until the connection is closed. They are
 * started when they are needed, at most so many, and what comes back is reset before it is lent again.
 */
export async function lendStacks(path: string, maxStacks: number): Promise<{ close: () => Promise<void> }> {
  const all = new Set<Stack>();
  const idle: Kept[] = [];
  const waiting: ((kept: Kept | Promise<Kept>) => void)[] = [];
  const sockets = new Set<Socket>();
  const leases: Promise<void>[] = [];
  let started = 0;

  async function start(): Promise<Kept> {
    started += 1;
    const stack = await startStack({ hook: null });
    all.add(stack);
    const facts = { dataDir: stack.dataDir, pid: stack.pid, printed: stack.output() };
    return { stack, facts, reset: await resettable(stack) };
  }

  function take(): Kept | Promise<Kept> {
    const kept = idle.pop();
    if (kept !== undefined) return kept;
    return started < maxStacks ? start() : new Promise((resolve) => waiting.push(resolve));
  }

  async function giveBack(kept: Kept): Promise<void> {
    try {
      await kept.reset();
      const next = waiting.shift();
      if (next === undefined) idle.push(kept);
      else next(kept);
    } catch (error) {
      process.stdout.write(`A stack is not lent again: ${String(error)}\n`);
      started -= 1;
      all.delete(kept.stack);
      await kept.stack.stop();
      waiting.shift()?.(take());
    }
  }

  async function lend(socket: Socket): Promise<void> {
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const kept = await take();
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
    socket.resume();
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
