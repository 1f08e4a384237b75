import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connectBus } from '../../shared/bus/connect.ts';
import { ensureStreams } from '../../shared/bus/streams/ensure-streams.ts';
import { languageOf } from '../../hook-build/hook-file.ts';
import type { SigningAlg } from '../../shared/domain/resource-server.ts';
import { messageOf } from '../../shared/errors.ts';
import { startCommand } from '../../shared/own-module.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { prepareConfiguration } from '../../shared/store/prepare.ts';
import { configChangedSubject, type ConfigChanged } from '../../shared/subjects/config-changed.ts';
import { writeAddress } from './address-file.ts';
import { banner } from './banner.ts';
import { startBusServer } from './bus-server.ts';
import { DEMO_AUDIENCE } from './demo-audience.ts';
import type { GivenBus } from './given-bus.ts';
import { readDependencies, readHookFile, readSecretsFile, toldOf, watchHookFile } from './hook-file.ts';
import { loadSecrets } from './local-secrets.ts';
import { ensureLocalTls } from './local-tls.ts';
import { enableHook, isDecidedOtherwise, seedDemo } from './seed.ts';
import { freePort } from './servers/free-port.ts';
import { obtainMongod } from './servers/mongod-binary.ts';
import { obtainNats } from './servers/nats-binary.ts';
import { serviceEnv, setupEnv, type Installation, type ServiceName } from './service-env.ts';
import { startService } from './service-process.ts';
import { startStoreServer, type StoreUrls } from './store-server.ts';
import { SERVERS_STOP_MS, SERVICES_STOP_MS } from './stop-times.ts';
import { createSupervisor } from './supervisor.ts';
import type { LogFormat } from '../../shared/terminal.ts';
import { openConsole } from './open-console.ts';
import { openOutput } from './output.ts';
import { streamsBytesFor } from './disk-room.ts';
import { untilReady } from './until-ready.ts';
import { assertWhole, markFolder, type ServerFolder } from './whole-folder.ts';

const TENANT = 'demo';
const HOST = '127.0.0.1';

export type StackOptions = {
  dataDir: string;
  natsDataDir: string;
  mongodbDataDir: string;
  port: number;
  tls: boolean;
  /** Number of hook-executors. */
  executors: number;
  hookFile: string;
  secretsFile: string | undefined;
  hookName: string;
  /** Whether `--hook` was given: then the hook replaces any that was enabled before. */
  isHookGiven: boolean;
  /** Servers to use instead of starting some. */
  givenBus: GivenBus | undefined;
  mongodbUrl: string | undefined;
  signingAlg: SigningAlg;
  console: boolean;
  logFormat: LogFormat;
  verbose: boolean;
  say: (line: string) => void;
  pidsChanged: (pids: number[]) => void;
  ready: (banner: (afterMs: number) => string[]) => void;
  stop: AbortSignal;
};

/** Starts the whole of hookmint, keeps it running, and resolves when it has been stopped. Rejects when it cannot go on. */
export async function runStack(options: StackOptions): Promise<void> {
  const { say, stop } = options;
  let code = await readHookFile(options.hookFile);
  // All of the folder is looked at before any of it is written.
  const own: ServerFolder[] = [
    ...(options.givenBus === undefined ? (['nats'] as const) : []),
    ...(options.mongodbUrl === undefined ? (['mongodb'] as const) : []),
  ];
  assertWhole(options.dataDir, own);
  const streamsBytes =
    options.givenBus === undefined
      ? streamsBytesFor(options.dataDir, options.natsDataDir, existsSync(options.mongodbDataDir))
      : options.givenBus.streamsBytes;
  const { secrets, isFirstStart } = await loadSecrets(options.dataDir);
  markFolder(options.dataDir);
  const tls = options.tls ? await ensureLocalTls(options.dataDir) : undefined;
  const hookSecrets = readSecretsFile(options.secretsFile);
  const hook = (of: string) => ({
    code: of,
    language: languageOf(options.hookFile),
    dependencies: readDependencies(options.hookFile),
    secrets: hookSecrets,
  });
  const build = { secretsKey: Buffer.from(secrets.hook_secrets_key, 'base64url'), report: say };
  const port = options.port === 0 ? await freePort(HOST) : options.port;
  const managementPort = await freePort(HOST);
  // The name is what Auth0's SDKs are given as their domain.
  const issuer = tls === undefined ? `http://${HOST}:${String(port)}/` : `https://localhost:${String(port)}/`;

  let giveUp: (error: Error) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    giveUp = reject;
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve());
  });
  ended.catch(() => undefined);
  const supervisor = createSupervisor({
    say: (line) => say(`hookmint: ${line}`),
    gaveUp: (message) => giveUp(new Error(message)),
    pidsChanged: options.pidsChanged,
  });

  async function startBus(): Promise<string> {
    if (options.givenBus !== undefined) return options.givenBus.url;
    const { path: binary } = await obtainNats({ report: say });
    let busPort: number | undefined;
    const server = await supervisor.run('nats-server', (exited) =>
      startBusServer(
        { binary, dataDir: options.natsDataDir, port: busPort, onExit: ({ lastLines }) => exited(lastLine(lastLines)) },
        secrets.nats_nkey_seeds,
      ).then((started) => {
        busPort = started.port;
        return started;
      }),
    );
    return server.url;
  }

  async function startStore(): Promise<StoreUrls> {
    if (options.mongodbUrl !== undefined) {
      const url = options.mongodbUrl;
      return { owner: url, gateway: url, signer: url, management: url };
    }
    const { path: binary } = await obtainMongod({ report: say });
    let storePort: number | undefined;
    let urls: StoreUrls | undefined;
    await supervisor.run('mongod', async (exited) => {
      const started = await startStoreServer(
        {
          binary,
          dataDir: options.mongodbDataDir,
          port: storePort,
          onExit: ({ lastLines }) => exited(lastLine(lastLines)),
        },
        TENANT,
        secrets.mongodb_passwords,
        { isHosting: true },
      );
      storePort = started.server.port;
      urls = started.urls;
      return started.server;
    });
    if (urls === undefined) throw new Error('mongod did not start.');
    return urls;
  }

  const output = openOutput(options);
  const runService = (name: ServiceName, env: Record<string, string>, label: string = name) =>
    supervisor.run(label, (exited) =>
      startService({
        name,
        env: { ...env, ...output.env },
        secretsDir: join(options.dataDir, 'service-secrets'),
        output: (line) => output.show(label, line),
        onExit: ({ reason, lastLine }) => exited(lastLine === '' ? reason : `${reason}: ${lastLine}`),
      }),
    );
  const executorLabels = Array.from({ length: options.executors }, (_, i) =>
    i === 0 ? 'hook-executor' : `hook-executor-${String(i + 1)}`,
  );

  const opened: (() => unknown)[] = [];
  let over = false;
  /** What is open would keep the process from ending, also when the start failed half-way. */
  const closeLater = (close: () => unknown): void => {
    if (over) close();
    else opened.push(close);
  };

  async function start(): Promise<void> {
    const [natsUrl, store] = await Promise.all([startBus(), startStore()]);
    const installation: Installation = {
      tenant: TENANT,
      secrets,
      natsUrl,
      busHasUsers: options.givenBus?.hasUsers ?? true,
      busTls: options.givenBus?.tls,
      store,
      issuer,
      managementUrl: `http://${HOST}:${String(managementPort)}`,
      console: options.console,
      tls,
    };
    const [bus, database] = await Promise.all([
      connectBus('setup', setupEnv(installation)).then((connection) => {
        closeLater(() => connection.close());
        return connection;
      }),
      connectStore('setup', { MONGODB_URL: store.owner }, TENANT, { isPatient: true }).then((connection) => {
        closeLater(connection.close);
        return connection;
      }),
    ]);
    const { db } = database;
    await prepareConfiguration(db);
    await Promise.all([
      ensureStreams(bus, setupEnv(installation), options.givenBus?.streamReplicas, streamsBytes),
      seedDemo(
        db,
        { clientId: secrets.demo_client_id, clientSecret: secrets.demo_client_secret },
        { clientSecretKey: Buffer.from(secrets.client_secret_key, 'base64url'), signingAlg: options.signingAlg },
      ),
    ]);
    const followsFile = options.isHookGiven || !(await isDecidedOtherwise(db, options.hookName));
    const enable = async (of: string): Promise<void> => {
      const revision = await toldOf(options.hookFile, enableHook(db, options.hookName, hook(of), build));
      output.inForce({ revision, code: of });
    };
    if (followsFile) await enable(code);
    await Promise.all([
      runService('signer', serviceEnv('signer', installation)),
      ...executorLabels.map((label) => runService('hook-executor', serviceEnv('hook-executor', installation), label)),
      runService('management', serviceEnv('management', installation, { host: HOST, port: managementPort })),
      runService('gateway', serviceEnv('gateway', installation, { host: HOST, port })),
    ]);
    await Promise.all([
      untilReady(`${issuer}readyz`, { caFile: tls?.caFile, stop }),
      untilReady(`${installation.managementUrl}/readyz`, { caFile: undefined, stop }),
    ]);

    const reload = async (): Promise<void> => {
      const changed = await readHookFile(options.hookFile);
      if (changed === code) return;
      await enable(changed);
      code = changed;
      const event: ConfigChanged = { collection: 'hook_bindings', time_ms: Date.now() };
      bus.publish(configChangedSubject(TENANT), JSON.stringify(event));
      say(`hookmint: ${options.hookFile} was loaded again and is live`);
    };
    if (followsFile) {
      closeLater(
        watchHookFile(options.hookFile, () => {
          reload().catch((error: unknown) => say(`hookmint: the previous hook stays in force: ${messageOf(error)}`));
        }),
      );
    }
    options.ready((afterMs) =>
      banner({
        afterMs,
        issuer,
        hookFile: followsFile ? options.hookFile : `unchanged (${startCommand('--hook FILE')} enables another)`,
        dataDir: options.dataDir,
        natsUrl,
        mongodbUrl: store.owner,
        clientId: secrets.demo_client_id,
        clientSecret: secrets.demo_client_secret,
        audience: DEMO_AUDIENCE,
        managementClientId: secrets.management_client_id,
        managementClientSecret: isFirstStart ? secrets.management_client_secret : undefined,
        caFile: tls?.caFile,
      }),
    );
    markFolder(options.dataDir, own);
    writeAddress(options.dataDir, { url: issuer, ...(tls === undefined ? {} : { ca_file: tls.caFile }) });
    if (options.console) await openConsole(db, { issuer, isRead: process.stdout.isTTY, say, stop });
  }

  try {
    await Promise.race([start(), ended]);
    await ended;
  } finally {
    over = true;
    for (const close of opened) close();
    if (stop.aborted) say('hookmint: stopping');
    await supervisor.stopAll([
      { names: ['gateway'], graceMs: SERVICES_STOP_MS },
      { names: ['management', ...executorLabels, 'signer'], graceMs: SERVICES_STOP_MS },
      { names: ['nats-server', 'mongod'], graceMs: SERVERS_STOP_MS },
    ]);
  }
}

function lastLine(lines: string): string {
  return lines.trimEnd().split('\n').at(-1) ?? '';
}
