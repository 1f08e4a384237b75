import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { startCommand } from '../../shared/own-module.ts';
import { defaultLogFormat, type LogFormat } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { defaultDataDir } from './default-data-dir.ts';

/** What `npm start` was asked for. */
export type Options = {
  hookFile: string | undefined;
  secretsFile: string | undefined;
  port: number;
  dataDir: string;
  /** Serve HTTPS, with a certificate of this machine's own. */
  tls: boolean;
  /** Number of hook-executors, which share the hook runs; 0: they are started elsewhere. */
  executors: number;
  /** Serve the console: hookmint in a browser. */
  console: boolean;
  logFormat: LogFormat;
  /** At a terminal: show the services' logs too. */
  verbose: boolean;
};

export const DEFAULT_PORT = 8080;

/** More than anyone tries on one machine; each takes some 150 MB. */
const MAX_EXECUTORS = 16;

export const HELP = `Runs hookmint on this machine: a gateway, a hook-executor, a signer and the Management API, with
NATS and MongoDB.

  ${startCommand('[OPTION ...]')}

  --hook FILE     run this hook (JavaScript, or TypeScript: .ts) instead of the tutorial's; each
                  change of the file is loaded
  --secrets FILE  the hook's secrets, a JSON object of names and values: context.webtask.secrets
  --port N        the gateway's port (default ${String(DEFAULT_PORT)}; 0 = any free one)
  --data DIR      the data folder (default .hookmint/)
  --tls           serve HTTPS on localhost, with a certificate made here; Auth0's SDKs need it
  --executors N   number of hook-executors (default 1; 0 = you start them elsewhere)
  --no-console    without the console, which is built after the start
  --verbose       at a terminal: the services' logs too, beside what hooks print and clients get
  --help          this text

  NATS_URL, MONGODB_URL   use these servers instead of new ones; the NATS server needs JetStream
  HOOKMINT_NATS_USERS=yes the NATS servers have the users of deploy/nats/hookmint.conf, with the
                          keys of DIR/secrets.json
  NATS_CA_FILE            CA of their certificates (tls://); NATS_CERT_FILE and NATS_KEY_FILE if
                          they ask for one
  HOOKMINT_STREAM_REPLICAS  number of servers that store each stream (default 1)
  LOG_LEVEL               trace, debug, info, warn (default at a terminal), error
  LOG_FORMAT              pretty (default at a terminal: for authors) or json (all logs)
  OTEL_EXPORTER_OTLP_ENDPOINT  send traces and metrics there
`;

const OPTIONS = {
  hook: { type: 'string' },
  secrets: { type: 'string' },
  port: { type: 'string', default: String(DEFAULT_PORT) },
  data: { type: 'string', default: defaultDataDir() },
  tls: { type: 'boolean', default: false },
  executors: { type: 'string', default: '1' },
  'no-console': { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Options that are written without `--` before them: npm takes them for its own, and passes on their values alone, or nothing. */
function refuseKeptByNpm(env: NodeJS.ProcessEnv): void {
  if (env.npm_command !== 'start') return;
  const kept = Object.keys(OPTIONS).find((name) => env[`npm_config_${name.replace(/^no-/, '')}`] !== undefined);
  if (kept === undefined) return;
  throw new UsageError(`npm took --${kept} for itself: write -- before the options, as in npm start -- --${kept}.`);
}

/** Reads the command line; `undefined` when help was asked for. */
export function readOptions(args: readonly string[]): Options | undefined {
  refuseKeptByNpm(process.env);
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options: OPTIONS }));
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}. See ${startCommand('--help')}.`);
  }
  if (values.help) return undefined;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port must be a number from 0 to 65535, not "${values.port}".`);
  }
  const executors = Number(values.executors);
  if (!Number.isInteger(executors) || executors < 0 || executors > MAX_EXECUTORS) {
    throw new UsageError(`--executors must be a number from 0 to ${String(MAX_EXECUTORS)}, not "${values.executors}".`);
  }
  const callerDir = process.env.INIT_CWD ?? process.cwd();
  return {
    hookFile: values.hook === undefined ? undefined : resolve(callerDir, values.hook),
    secretsFile: values.secrets === undefined ? undefined : resolve(callerDir, values.secrets),
    port,
    dataDir: resolve(callerDir, values.data),
    tls: values.tls,
    executors,
    console: !values['no-console'],
    logFormat: logFormatOf(process.env.LOG_FORMAT),
    verbose: values.verbose,
  };
}

function logFormatOf(value: string | undefined): LogFormat {
  if (value === undefined || value === '') return defaultLogFormat();
  if (value === 'pretty' || value === 'json') return value;
  throw new UsageError(`LOG_FORMAT must be pretty or json, not "${value}".`);
}
