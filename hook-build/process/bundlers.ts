import { ownModule } from '../../shared/own-module.ts';
import type { Wall } from '../../shared/process-wall/wall.ts';
import { Builder } from './builder.ts';

const MAIN = ownModule('./bundler', import.meta.url);
/** One that waits longer for a build is ended. */
const SPARE_MS = 60_000;
/** Who has built so often builds again: a command, or a start, that builds once or twice has no use for another bundler. */
const BUILDS_BEFORE_SPARE = 3;

type Spare = { builder: Builder; packages: string; wall: Wall; expiry: NodeJS.Timeout };

let spare: Spare | undefined;
let builds = 0;

/**
 * Works with a bundler process that no build had before, so that no author's code meets another's; then ends it. For who
 * builds often, the next one is started ahead, as its start takes longer than most builds.
 *
 * @param packages The folder of package files.
 * @param wall What stands around it.
 */
export async function withBundler<T>(packages: string, wall: Wall, work: (bundler: Builder) => Promise<T>): Promise<T> {
  const bundler = takeSpare(packages, wall) ?? start(packages, wall);
  try {
    return await work(bundler);
  } finally {
    bundler.end();
    if (++builds >= BUILDS_BEFORE_SPARE) keepSpare(packages, wall);
  }
}

function start(packages: string, wall: Wall): Builder {
  return new Builder(MAIN, { network: false, packages, wall });
}

function takeSpare(packages: string, wall: Wall): Builder | undefined {
  if (spare?.packages !== packages || spare.wall !== wall || !spare.builder.lives) return undefined;
  const { builder, expiry } = spare;
  clearTimeout(expiry);
  spare = undefined;
  return builder;
}

function keepSpare(packages: string, wall: Wall): void {
  if (spare?.builder.lives === true && spare.packages === packages && spare.wall === wall) return;
  dropSpare();
  const expiry = setTimeout(dropSpare, SPARE_MS);
  expiry.unref();
  spare = { builder: start(packages, wall), packages, wall, expiry };
}

function dropSpare(): void {
  if (spare === undefined) return;
  clearTimeout(spare.expiry);
  spare.builder.end();
  spare = undefined;
}
