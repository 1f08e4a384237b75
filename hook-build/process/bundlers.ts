import { fileURLToPath } from 'node:url';
import { Builder } from './builder.ts';

const MAIN = fileURLToPath(new URL('./bundler.ts', import.meta.url));
/** One that waits longer for a build is ended. */
const SPARE_MS = 60_000;

type Spare = { builder: Builder; packages: string; expiry: NodeJS.Timeout };

let spare: Spare | undefined;

/**
 * Works with a bundler process that no build had before, so that no author's code meets another's; then ends it. The next one is
 * started ahead, as its start takes longer than most builds.
 *
 * @param packages The folder of package files.
 */
export async function withBundler<T>(packages: string, work: (bundler: Builder) => Promise<T>): Promise<T> {
  const bundler = takeSpare(packages) ?? start(packages);
  try {
    return await work(bundler);
  } finally {
    bundler.end();
    keepSpare(packages);
  }
}

function start(packages: string): Builder {
  return new Builder(MAIN, { network: false, packages });
}

function takeSpare(packages: string): Builder | undefined {
  if (spare?.packages !== packages || !spare.builder.lives) return undefined;
  const { builder, expiry } = spare;
  clearTimeout(expiry);
  spare = undefined;
  return builder;
}

function keepSpare(packages: string): void {
  if (spare?.builder.lives === true && spare.packages === packages) return;
  dropSpare();
  const expiry = setTimeout(dropSpare, SPARE_MS);
  expiry.unref();
  spare = { builder: start(packages), packages, expiry };
}

function dropSpare(): void {
  if (spare === undefined) return;
  clearTimeout(spare.expiry);
  spare.builder.end();
  spare = undefined;
}
