import { existsSync } from 'node:fs';
import type { Stack } from '../support/stack.ts';
import { figuresOf, type ProcessFigures } from '../support/process-figures.ts';
import { MIN_POINTS, type Series } from './growth.ts';
import { liveHeapMib } from './live-heap.ts';
import type { WatchedBus } from './watched-bus.ts';

/** What each figure of one process, or of a server, may grow by while it is measured, however long that is. */
export const MAY_GROW_BY = {
  /** V8 gives memory back late: what it holds moves by some 20 MiB without any leak. */
  rssMib: 40,
  /** What is left when all garbage is collected. */
  liveMib: 3,
  handles: 8,
  threads: 4,
  /** An isolate has some 13. */
  maps: 130,
  connections: 8,
  subscriptions: 4,
};
type Figure = keyof typeof MAY_GROW_BY;

const UNITS: Partial<Record<Figure, string>> = { rssMib: 'MiB', liveMib: 'MiB' };
const NAMES: Record<Figure, string> = {
  rssMib: 'memory',
  liveMib: 'live heap',
  handles: 'handles',
  threads: 'threads',
  maps: 'mapped regions',
  connections: 'connections',
  subscriptions: 'subscriptions',
};

/** Processes whose figures are judged. Maps tell of isolates, and only of a sandbox's. */
const PROCESSES = ['gateway', 'hook-executor', 'sandbox', 'signer', 'management', 'mongod'] as const;
/** Those of hookmint's own code that answer with their live heap. */
const ANSWERING = ['gateway', 'hook-executor', 'signer', 'management'] as const;
/** Samples from one of the live heaps to the next: to collect all garbage takes some 50 ms. */
const LIVE_EVERY = 3;
const OF_A_PROCESS: readonly (keyof ProcessFigures)[] = ['rssMib', 'handles', 'threads'];

type Kept = { of: string; figure: Figure; points: { atMs: number; value: number }[] };

/** What resident memory may rise by, MiB a minute, where it was sampled for long enough to tell. */
const RSS_MAY_RISE_PER_MINUTE = 100 / 1_024;
/** In a shorter time waves of V8's collections are wider than that. */
const MIN_SLOPE_MS = 45 * 60_000;
/** Its cache fills for longer. */
const WITHOUT_SLOPE = ['mongod'];

/** Where what is no leak moves more. */
const OF_ITS_OWN: Record<string, Partial<Record<Figure, number>>> = {
  /** Its cache (256 MiB here) fills as the tenant's logs grow. Pools of connections, each with a thread, grow with what was at once. */
  mongod: { rssMib: 300, handles: 24, threads: 16, connections: 16 },
  /** Whoever asks for tokens opens connections as it needs them. */
  gateway: { handles: 24 },
};

const spanMs = (points: Kept['points']): number => (points.at(-1)?.atMs ?? 0) - (points[0]?.atMs ?? 0);
const boundOf = (of: string, figure: Figure): number => OF_ITS_OWN[of]?.[figure] ?? MAY_GROW_BY[figure];

/**
 * Takes samples of everything that must not grow.
 *
 * @param answers Where the services of this stack answer with their live heap.
 */
export function createSampler(stack: Stack, bus: WatchedBus, answers: string) {
  let taken = 0;
  const kept = new Map<string, Kept>();
  const pids = new Map<string, number>();

  function keep(key: string, of: string, figure: Figure, value: number): void {
    const series = kept.get(`${key} ${figure}`) ?? { of, figure, points: [] };
    kept.set(`${key} ${figure}`, series);
    series.points.push({ atMs: performance.now(), value });
  }

  function keepProcess(of: string, pid: number): void {
    const figures = figuresOf(pid);
    for (const figure of OF_A_PROCESS) keep(`${of} ${String(pid)}`, of, figure, figures[figure]);
    if (of === 'sandbox') keep(`${of} ${String(pid)}`, of, 'maps', figures.maps);
  }

  /** Looked up once, and again when it is gone: the look takes long on a busy machine, and the load stands still meanwhile. */
  function pidOf(name: (typeof PROCESSES)[number]): number | undefined {
    const known = pids.get(name);
    if (known !== undefined && existsSync(`/proc/${String(known)}/status`)) return known;
    // In the order of their start: executors that come and go are not of the stack's own.
    const [pid] = stack.pidsOf(name);
    if (pid === undefined) pids.delete(name);
    else pids.set(name, pid);
    return pid;
  }

  return {
    /** One sample of each figure, and what it says in one line. */
    async sample(): Promise<string> {
      const said: string[] = [];
      for (const name of PROCESSES) {
        const pid = pidOf(name);
        if (pid === undefined) continue;
        keepProcess(name, pid);
        said.push(`${name} ${figuresOf(pid).rssMib.toFixed(0)} MiB`);
      }
      if (taken++ % LIVE_EVERY === 0) {
        for (const name of ANSWERING) {
          const pid = pidOf(name);
          if (pid !== undefined) keep(`${name} ${String(pid)}`, name, 'liveMib', await liveHeapMib(pid, answers));
        }
      }
      keepProcess('nats-server', bus.pid);
      const { connections, subscriptions } = await bus.counts();
      keep('bus', 'nats-server', 'connections', connections);
      keep('bus', 'nats-server', 'subscriptions', subscriptions);
      const status = (await (await stack.db()).command({ serverStatus: 1 })) as { connections: { current: number } };
      keep('store', 'mongod', 'connections', status.connections.current);
      return said.join(', ');
    },
    /** Forgets what was sampled so far: from here on it counts. */
    begin: (): void => kept.clear(),
    /** The series that are long enough to be judged: that of a process that was started again is a new one. */
    series: (): Series[] =>
      [...kept.values()].flatMap(({ of, figure, points }) => {
        if (points.length < MIN_POINTS) return [];
        const hasSlope = figure === 'rssMib' && !WITHOUT_SLOPE.includes(of) && spanMs(points) >= MIN_SLOPE_MS;
        const bounds = {
          mayGrowBy: boundOf(of, figure),
          ...(hasSlope ? { mayRisePerMinute: RSS_MAY_RISE_PER_MINUTE } : {}),
        };
        return [{ name: `${of}: ${NAMES[figure]}`, unit: UNITS[figure] ?? '', points, ...bounds }];
      }),
    /** Processes whose series are all too short. */
    unjudged: (): string[] => {
      const judged = new Set([...kept.values()].flatMap(({ of, points }) => (points.length < MIN_POINTS ? [] : [of])));
      return [...PROCESSES, 'nats-server'].filter((name) => !judged.has(name));
    },
  };
}
