import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { buildHook } from '../../hook-build/build-hook.ts';
import { HookBuildError } from '../../hook-build/errors.ts';
import { Builder } from '../../hook-build/process/builder.ts';
import { childrenOf } from '../../shared/process-wall/usage.ts';
import { chooseWall } from '../../shared/process-wall/wall.ts';

// The first process of its namespace: has hooks built in each way in which a build ends, and tells which processes are left.

const BUNDLER = fileURLToPath(new URL('../../hook-build/process/bundler.ts', import.meta.url));
const TIMEOUT_MS = 20_000;
const code = "import path from 'path'; export default (a, b, c, d, cb) => cb(null, { path: path.join('a', 'b') });";

// Bubblewrap has namespaces of its own for what it starts.
const wall = await chooseWall('auto', { bubblewrap: false });
const before = childrenOf(process.pid);
const started = (): number[] => childrenOf(process.pid).filter((pid) => !before.includes(pid));

const codeOf = (error: unknown): string => (error instanceof HookBuildError ? error.code : String(error));
const ended: string[] = [];

/** A bundler that has answered once, and so has started the bundler's own process. */
async function bundler(): Promise<Builder> {
  const builder = new Builder(BUNDLER, { network: false, wall });
  await builder.ask({ scan: { code } }, z.unknown(), TIMEOUT_MS);
  return builder;
}

const isBundler = (child: number): boolean => readFileSync(`/proc/${String(child)}/cmdline`, 'utf8').includes(BUNDLER);

const slow = await bundler();
const [stopped = 0] = started().filter(isBundler);
process.kill(stopped, 'SIGSTOP');
const overdue = await slow.ask({ scan: { code } }, z.unknown(), 100).catch(codeOf);
const others = started();
const dying = await bundler();
// What the one before has started may have become this process's child only now.
const [pid = 0] = started().filter((child) => !others.includes(child) && isBundler(child));
const dead = dying.ask({ scan: { code } }, z.unknown(), TIMEOUT_MS).catch(codeOf);
process.kill(pid, 'SIGKILL');
ended.push(
  await buildHook({ code, dependencies: {} }, { wall }).then(() => 'built', codeOf),
  String(overdue),
  String(await dead),
);
await delay(1_500);

const left = readdirSync('/proc')
  .filter((name) => /^\d+$/.test(name))
  .map((name) => readFileSync(`/proc/${name}/status`, 'latin1'))
  .filter((status) => status.includes('\nState:\tZ'))
  .map((status) => /^Name:\t(.*)$/m.exec(status)?.[1]);
process.stdout.write(JSON.stringify({ ended, left }));
process.exit();
