import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** What the wire does to what crosses it, in each direction. */
export type Wire = {
  latencyMs: number;
  /** Of each connection; `Infinity`: no limit. */
  bytesPerSecond: number;
  /** What is sent stays on the way until this ends; then it arrives. One way: from who connects, or back to it. */
  blackHole: boolean | 'there' | 'back';
};

/** Stands between a service and its server, and can be told to be a bad network. */
export type TcpProxy = {
  port: number;
  set: (wire: Partial<Wire>) => void;
  /** Breaks every connection; new ones can be made. */
  cutAll: () => void;
  /** What the connections of now still send never arrives, without a word; new ones can be made. */
  forsakeAll: () => void;
  /** Refuses connections and breaks those there are, until {@link TcpProxy.open}. */
  shut: () => Promise<void>;
  open: () => Promise<void>;
  close: () => Promise<void>;
};

const HOST = '127.0.0.1';
/** Unsent bytes of one direction after which no more are read, as a full TCP window would have it. */
const MAX_ON_THE_WAY_BYTES = 1_048_576;
const PERFECT: Wire = { latencyMs: 0, bytesPerSecond: Infinity, blackHole: false };

/** Listens on a random port of the loopback address and forwards to `targetPort` there. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let wire = PERFECT;
  const directions = new Set<Direction>();
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(targetPort, HOST);
    for (const [from, to, way] of [
      [near, far, 'there'],
      [far, near, 'back'],
    ] as const) {
      sockets.add(from);
      from.once('close', () => sockets.delete(from));
      const direction = carry(from, to, () => ({
        ...wire,
        blackHole: wire.blackHole === true || wire.blackHole === way,
      }));
      directions.add(direction);
      // What is still on its way when the one side has gone is to reach the other.
      to.once('close', () => directions.delete(direction));
    }
  });
  const port = await listen(server, 0);

  function cutAll(): void {
    for (const { cut } of directions) cut();
  }
  async function shut(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    cutAll();
    await closed;
  }
  return {
    port,
    set: (change) => {
      wire = { ...wire, ...change };
      for (const { flush } of directions) flush();
    },
    cutAll,
    forsakeAll: () => {
      for (const { forsake } of directions) forsake();
    },
    shut,
    open: async () => {
      if (!server.listening) await listen(server, port);
    },
    close: async () => {
      const shutting = server.listening ? shut() : Promise.resolve();
      // Also those of a connection whose other side has gone.
      for (const socket of sockets) socket.destroy();
      await shutting;
    },
  };
}

type Direction = { flush: () => void; cut: () => void; forsake: () => void };

/** One direction of one connection: chunks in their order, each due at its time. */
function carry(from: Socket, to: Socket, wire: () => Wire & { blackHole: boolean }): Direction {
  const onTheWay: { chunk: Buffer; dueMs: number }[] = [];
  let bytes = 0;
  let lastDueMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  let forsaken = false;

  function flush(): void {
    clearTimeout(timer);
    if (forsaken || wire().blackHole) return;
    for (let first = onTheWay[0]; first !== undefined; first = onTheWay[0]) {
      const waitMs = first.dueMs - performance.now();
      if (waitMs > 0) {
        timer = setTimeout(flush, waitMs);
        return;
      }
      onTheWay.shift();
      bytes -= first.chunk.length;
      to.write(first.chunk);
    }
    if (over) to.end();
    else from.resume();
  }

  from.setNoDelay(true);
  from.on('data', (chunk: Buffer) => {
    const { latencyMs, bytesPerSecond } = wire();
    const nowMs = performance.now();
    const sentMs = Math.max(nowMs, lastDueMs - latencyMs) + (chunk.length / bytesPerSecond) * 1_000;
    lastDueMs = sentMs + latencyMs;
    onTheWay.push({ chunk, dueMs: lastDueMs });
    bytes += chunk.length;
    if (bytes > MAX_ON_THE_WAY_BYTES) from.pause();
    flush();
  });
  from.once('end', () => {
    over = true;
    flush();
  });
  from.once('error', () => to.destroy());
  from.once('close', () => {
    if (!over && !forsaken) to.destroy();
  });
  return {
    flush,
    cut: () => {
      for (const socket of [from, to]) {
        // libuv refuses to reset one that is being shut down, and then never closes it: the process would not end.
        if (socket.connecting || socket.writableEnded) socket.destroy();
        else socket.resetAndDestroy();
      }
    },
    forsake: () => {
      forsaken = true;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
