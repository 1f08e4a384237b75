import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../shared/errors.ts';
import { openDataFolder } from './data-folder.ts';
import { startGuardian } from './guardian.ts';
import { readGivenBus } from './given-bus.ts';
import { hookNameOf } from './hook-file.ts';
import { KNOWN_VARIABLES } from './known-variables.ts';
import { runStack } from './stack.ts';
import { HELP, readOptions, type Options } from './options.ts';
import { startCommand } from '../../shared/own-module.ts';
import { complain, note, print } from '../../shared/terminal.ts';
import { unknownVariables } from '../../shared/unknown-variables.ts';
import { UsageError } from '../../shared/usage-error.ts';

/** `npm start`: everything hookmint needs on this machine, until Ctrl-C. */
const TUTORIAL_HOOK = fileURLToPath(new URL('./demo/tutorial-hook.js', import.meta.url));

async function main(): Promise<void> {
  const startedMs = performance.now();
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    print(...HELP.trimEnd().split('\n'));
    return;
  }
  for (const { name, nearest } of unknownVariables(KNOWN_VARIABLES)) {
    note(
      `hookmint: ${name} has no effect on ${startCommand()}${nearest === undefined ? '.' : `; did you mean ${nearest}?`}`,
    );
  }
  await ensurePortIsFree(options.port);
  const folder = await openDataFolder(options.dataDir);
  const guardian = startGuardian(options.dataDir);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  // From start.js: it passes on a signal, or has ended.
  for (const event of ['message', 'disconnect'] as const) process.on(event, () => stop.abort());
  try {
    await runStack({
      ...options,
      hookFile: options.hookFile ?? TUTORIAL_HOOK,
      isHookGiven: options.hookFile !== undefined,
      hookName: options.hookFile === undefined ? 'tutorial' : hookNameOf(options.hookFile),
      givenBus: readGivenBus(process.env),
      mongodbUrl: nonEmpty(process.env.MONGODB_URL),
      signingAlg: process.env.HOOKMINT_DEMO_SIGNING_ALG === 'ES256' ? 'ES256' : 'RS256',
      natsDataDir: join(options.dataDir, 'nats'),
      mongodbDataDir: join(options.dataDir, 'mongodb'),
      pidsChanged: (pids) => {
        folder.writePids(pids);
        guardian.watch(pids);
      },
      say: print,
      stop: stop.signal,
      ready: (banner) => print(...banner(Math.round(performance.now() - startedMs))),
    });
  } finally {
    await guardian.end();
    folder.release();
  }
}

const nonEmpty = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

async function ensurePortIsFree(port: Options['port']): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new UsageError(
          `Port ${String(port)} cannot be used (${error.message}). Choose another with --port N, or --port 0 for any.`,
        ),
      ),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}

main()
  .catch((error: unknown) => {
    complain(messageOf(error));
    process.exitCode = 1;
  })
  // All that was started has ended; a download or a connection under way is no reason to stay.
  .finally(() => process.exit());
