import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export type PeerProcess = { url: string; pid: number; stop(): Promise<void> };

/** Runs one file of this folder as a Node process of its own, as it would run in production. */
export async function startPeer(file: string, options: object): Promise<PeerProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    env: { NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // Only told when the child dies: oidc-provider warns at every start of things that are meant to be so here.
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints = (complaints + text).slice(-4_000)));
  child.send(options);
  try {
    return { url: await addressOf(child, file), pid: child.pid ?? 0, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw new Error(`${file} did not start:\n${complaints}`, { cause: error });
  }
}

async function addressOf(child: ChildProcess, file: string): Promise<string> {
  const ended = new AbortController();
  const address = once(child, 'message', ended).then(([url]) => url as string);
  const death = once(child, 'exit', ended).then(([code, signal]) => {
    throw new Error(`${file} ended before it listened (${String(code ?? signal)})`);
  });
  try {
    return await Promise.race([address, death]);
  } finally {
    ended.abort();
    await Promise.allSettled([address, death]);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
