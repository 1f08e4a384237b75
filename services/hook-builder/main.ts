import '../../shared/telemetry/register.ts';
import { buildHook } from '../../hook-build/build-hook.ts';
import { listen } from '../../shared/http/server.ts';
import { tlsFilesOf } from '../../shared/http/tls-files.ts';
import { runService } from '../../shared/lifecycle.ts';
import { logger } from '../../shared/log.ts';
import { chooseWall } from '../../shared/process-wall/wall.ts';
import { observeBuilderWall } from '../../shared/telemetry/metrics.ts';
import { createApp } from './app.ts';
import { readConfig } from './config.ts';

/** Whoever asks is management: a few processes, with a connection for each build. */
const CONNECTIONS = { max: 64, maxPerAddress: Infinity };
/** Most builds are over by then; the others are asked for again, of another hook-builder. */
const FINISH_MS = 8_000;

runService('hook-builder', async (endLater) => {
  const config = readConfig();
  const wall = await chooseWall(config.HOOKMINT_SANDBOX_WALL);
  logger.info({ wall: wall.name, reasons: wall.reasons }, `the wall around processes that build hooks: ${wall.name}`);
  observeBuilderWall(() => wall.name);
  const registry = config.HOOKMINT_NPM_REGISTRY;
  const app = createApp({
    wall: wall.name,
    build: (source, asker) => buildHook(source, { registry, wall, asker }),
  });
  const server = await listen(app.serve, {
    host: config.HOOKMINT_HTTP_HOST,
    port: config.HOOKMINT_HTTP_PORT,
    tls: tlsFilesOf(config),
    drainMs: config.HOOKMINT_HTTP_DRAIN_MS,
    connections: CONNECTIONS,
    headers: {},
    errorBody: (_status, description) => ({ error: 'invalid_request', description }),
  });
  endLater('builds under way', async () => {
    setTimeout(app.giveUp, FINISH_MS).unref();
    await server.close();
  });
  logger.info({ port: server.port }, 'listening');
});
