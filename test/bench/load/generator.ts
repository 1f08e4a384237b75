export type LoadRequest = {
  url: string;
  /** Form body of each POST. */
  body: string;
  connections: number;
  durationSeconds: number;
  /** Requests per second to aim at; without it each connection sends again as soon as it is answered. */
  targetPerSecond?: number;
  /** File with a DPoP proof for each request, one a line, of which each is sent once. */
  proofsFile?: string;
  signal: AbortSignal;
};

export type LoadResult = { tokens: number; tokensPerSecond: number; p50Ms: number; p99Ms: number };

/** A load generator, run as a process of its own. */
export type LoadGenerator = {
  /** Name and version, for the report. */
  name: string;
  /** Fails when any request was answered with anything but success, or not at all. */
  run(request: LoadRequest): Promise<LoadResult>;
};

/** Most requests a second that are made ready where each needs a proof of its own: more fail for want of one. */
export const mostProofsPerSecond = 6_000;

export const formContentType = 'application/x-www-form-urlencoded';

export function assertAllSucceeded(generator: string, url: string, failures: Record<string, number>): void {
  const seen = Object.entries(failures).filter(([, count]) => count > 0);
  if (seen.length === 0) return;
  const list = seen.map(([kind, count]) => `${kind}: ${count}`).join(', ');
  throw new Error(`${generator} saw requests to ${url} fail (${list})`);
}
