import { messageOf } from './errors.ts';
import { logger } from './log.ts';
import { shutdownTelemetry } from './telemetry/register.ts';

type Step = { what: string; end: () => unknown };

/** Remembers what was started, and how it ends. */
export type EndLater = (what: string, end: Step['end']) => void;

/** Ends what was started in the opposite order; what does not end cleanly is told, and the rest ends. */
export function createEnds(): { endLater: EndLater; end: () => Promise<void> } {
  const steps: Step[] = [];
  return {
    endLater: (what, end) => void steps.push({ what, end }),
    end: async () => {
      for (const { what, end } of steps.splice(0).reverse()) {
        await Promise.resolve()
          .then(end)
          .catch((error: unknown) => logger.warn({ err: error }, `${what} did not end cleanly`));
      }
    },
  };
}

/** Longer than any hook may run, and within the 30 s that Kubernetes gives. */
const STOP_TIMEOUT_MS = 25_000;

/**
 * The life of a service process: starts, and on SIGTERM, SIGINT or the end of the process that started it, ends what was
 * started in the opposite order, so that nothing under way is lost. A start that fails is one clear line and exit code 1; an
 * error nobody caught ends the process, since its state is no longer known, and its supervisor starts another.
 */
export function runService(name: string, start: (endLater: EndLater) => Promise<void>): void {
  const ends = createEnds();
  let stopping = false;

  async function stop(reason: string, exitCode: number): Promise<void> {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      logger.error({ reason }, `${name} did not stop in time`);
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    await ends.end();
    await shutdownTelemetry();
    logger.info({ reason }, `${name} stopped`);
    logger.flush(() => process.exit(exitCode));
  }

  process.on('SIGTERM', () => void stop('SIGTERM', 0));
  process.on('SIGINT', () => void stop('SIGINT', 0));
  process.on('disconnect', () => void stop('the process that started it is gone', 0));
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, `${name} failed`);
    void stop('an uncaught error', 1);
  });

  start(ends.endLater).then(
    () => {
      logger.info(`${name} is ready`);
      process.send?.({ ready: true });
    },
    (error: unknown) => {
      logger.fatal({ err: error }, `${name} could not start: ${messageOf(error)}`);
      void stop('a failed start', 1);
    },
  );
}
