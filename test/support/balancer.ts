import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** What a Kubernetes Service does: each new connection goes to the next of those that are ready, and stays there. */
export type Balancer = {
  /** Without a slash at the end. */
  url: string;
  add: (url: string) => void;
  /** Resolves when this backend takes new connections. */
  untilReady: (url: string) => Promise<void>;
  close: () => Promise<void>;
};

/** As late as it hears of a change. */
const POLL_MS = 100;
const READY_TIMEOUT_MS = 60_000;

/**
 * Asks each backend's `/readyz` every 100 ms. Like a Service it repeats nothing: a connection that is refused, or breaks, does so for its
 * client.
 */
export async function startBalancer(): Promise<Balancer> {
  const backends: string[] = [];
  const ready = new Set<string>();
  const sockets = new Set<Socket>();
  let next = 0;

  async function look(): Promise<void> {
    await Promise.all(
      backends.map(async (url) => {
        const isReady = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(POLL_MS * 10) }).then(
          async (response) => (await response.body?.cancel(), response.status === 200),
          () => false,
        );
        if (isReady) ready.add(url);
        else ready.delete(url);
      }),
    );
  }
  let stopped = false;
  const isStopped = (): boolean => stopped;
  const watching = (async () => {
    while (!isStopped()) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  })();

  const server = createServer((client) => {
    const choices = [...ready];
    const chosen = choices[next++ % Math.max(1, choices.length)];
    if (chosen === undefined) {
      client.destroy();
      return;
    }
    const { hostname, port } = new URL(chosen);
    const backend = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, backend],
      [backend, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.once('close', () => {
        sockets.delete(from);
        to.destroySoon();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    add: (url) => void backends.push(url),
    untilReady: async (url) => {
      const untilMs = Date.now() + READY_TIMEOUT_MS;
      while (!ready.has(url)) {
        if (Date.now() > untilMs) {
          const said = await fetch(`${url}/readyz`).then((response) => response.text(), String);
          throw new Error(`${url} is not ready: ${said}`);
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    close: async () => {
      stopped = true;
      await watching;
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
