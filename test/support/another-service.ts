import { join } from 'node:path';
import { loadSecrets } from '../../deploy/local/local-secrets.ts';
import { ensureLocalTls } from '../../deploy/local/local-tls.ts';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { serviceEnv, type ServiceName } from '../../deploy/local/service-env.ts';
import { startService } from '../../deploy/local/service-process.ts';
import { storeUrls } from '../../deploy/local/store-server.ts';
import { TENANT, type Stack } from './stack.ts';

const HOST = '127.0.0.1';

export type AnotherServiceOptions = {
  /** Put over the service's environment; `undefined` takes a variable out (`NATS_NKEY_SEED`, for a bus without users). */
  env?: Record<string, string | undefined>;
  /** Where it reaches MongoDB, when not where the stack does. */
  mongodbPort?: number;
  /** Given each line that the service prints. */
  output?: (line: string) => void;
};

/** A service beside those of a running stack. No launcher starts it again; it ends with the process that started it. */
export type AnotherService = {
  /** Of a gateway or management: its HTTP; of the others: their health checks. Without a slash at the end. */
  url: string;
  pid: number;
  /** Everything it printed so far. */
  printed(): string;
  /** Resolves when it has ended, with the exit code or signal. */
  exited: Promise<number | NodeJS.Signals | null>;
  /** SIGTERM, as an orchestrator stops it, and what {@link exited} says. */
  stop(): Promise<number | NodeJS.Signals | null>;
  /** SIGKILL, and resolves when it has ended. */
  kill(): Promise<void>;
};

/**
 * Starts one more gateway, hook-executor, signer or management beside a running stack, as a process of its own with that service's
 * own credentials, and resolves when it is ready. Whoever starts it stops it, before the stack.
 *
 * @throws {Error} with the last error the service told, when it ended instead.
 */
export async function startAnother(
  stack: Stack,
  name: ServiceName,
  { env = {}, mongodbPort, output }: AnotherServiceOptions = {},
): Promise<AnotherService> {
  const { secrets } = await loadSecrets(stack.dataDir);
  const port = await freePort(HOST);
  const { mongodbUrl } = stack;
  // That of a replica set is none.
  const mongodb = URL.canParse(mongodbUrl) ? new URL(mongodbUrl) : undefined;
  if (mongodb !== undefined && mongodbPort !== undefined) mongodb.port = String(mongodbPort);
  const tls = stack.caFile === undefined ? undefined : await ensureLocalTls(stack.dataDir);
  const own = serviceEnv(
    name,
    {
      tenant: TENANT,
      secrets,
      natsUrl: stack.natsUrl,
      busHasUsers: true,
      store:
        mongodb?.username === 'owner'
          ? storeUrls(mongodb.host, TENANT, secrets.mongodb_passwords)
          : { owner: mongodbUrl, gateway: mongodbUrl, signer: mongodbUrl, management: mongodbUrl },
      issuer: `${stack.url}/`,
      managementUrl: managementUrlOf(stack),
      tls,
    },
    { host: HOST, port },
  );
  const settings = Object.entries({ ...own, ...env }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const lines: string[] = [];
  const service = await startService({
    name,
    env: Object.fromEntries(settings),
    secretsDir: join(stack.dataDir, 'service-secrets'),
    output: (line) => {
      lines.push(line);
      output?.(line);
    },
    onExit: () => undefined,
  });
  const { process: child } = service;
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.signalCode ?? child.exitCode);
    else child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  const scheme = tls !== undefined && name === 'gateway' ? 'https://localhost' : `http://${HOST}`;
  return {
    url: `${scheme}:${String(port)}`,
    pid: child.pid ?? 0,
    printed: () => lines.join('\n'),
    exited,
    stop: async () => {
      await service.stop();
      return exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The management service of the stack tells its port in its log; where it does not, the stack's gateway forwards to it. */
export function managementUrlOf(stack: Stack): string {
  const [, port] = /^management .*"port":(\d+).*"listening"/m.exec(stack.output()) ?? [];
  return port === undefined ? stack.url : `http://${HOST}:${port}`;
}
