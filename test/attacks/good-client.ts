import { readFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import { parentPort, workerData } from 'node:worker_threads';

/** What the worker is told: where it asks, from which address, with what, and how often. */
export type GoodClient = {
  port: number;
  localAddress: string;
  body: string;
  rounds: number;
  gatewayPid: number;
  caFile?: string | undefined;
};
/** What it tells of each token that it asked for. */
export type Asked = { status: number | undefined; ms: number };

// A thread of its own: what it measures is the server's time, and not that of a process which holds thousands of connections.
const { port, localAddress, body, rounds, gatewayPid, caFile } = workerData as GoodClient;
const ca = caFile === undefined ? undefined : readFileSync(caFile);

/** How long the gateway has waited for a processor that others had, milliseconds. */
const gatewayWaitedMs = (): number =>
  Number(readFileSync(`/proc/${String(gatewayPid)}/schedstat`, 'utf8').split(' ')[1]) / 1_000_000;

/** One token on a connection of its own, and how long it took while the gateway could run. */
async function ask(): Promise<Asked> {
  const startedMs = performance.now() - gatewayWaitedMs();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', connection: 'close' };
  const options = { method: 'POST', host: '127.0.0.1', port, path: '/oauth/token', localAddress, headers };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked =
      ca === undefined
        ? request({ ...options, agent: false }, resolve)
        : requestTls({ ...options, agent: false, ca, servername: 'localhost' }, resolve);
    asked.on('error', reject).end(body);
  });
  await new Promise((resolve) => answer.resume().once('end', resolve));
  return { status: answer.statusCode, ms: performance.now() - gatewayWaitedMs() - startedMs };
}

const all: Asked[] = [];
for (let round = 0; round < rounds; round++) all.push(await ask());
parentPort?.postMessage(all);
