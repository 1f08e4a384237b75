// The second part of `npm run containers`, in a network namespace of its own: Compose's own file, with the image that was built.
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../../shared/errors.ts';
import { makeFirstClient, tokenOf, type Credentials } from '../support/first-token.ts';
import { until } from '../support/until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const [, , PODMAN_COMPOSE = 'podman-compose'] = process.argv;
/** As the proxy that ends TLS would call it, which is what the gateway is told its issuer is. */
const ORIGIN = 'http://127.0.0.1:8080';
const UP_TIMEOUT_MS = 240_000;
const STOP_TIMEOUT_MS = 120_000;
const CALL_TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 16 * 1_048_576;
/** Node alone is 144 of them. */
const MAX_IMAGE_MEGABYTES = 250;
const BACK_WITHIN_MS = 90_000;
const Condition = z.enum(['service_healthy', 'service_completed_successfully']);
const Services = z.record(
  z.string(),
  z.object({
    depends_on: z.record(z.string(), z.object({ condition: Condition })).default({}),
    deploy: z.object({ replicas: z.int().default(1) }).default({ replicas: 1 }),
  }),
);
const { services: file } = z
  .object({ services: Services })
  .parse(parse(readFileSync(`${ROOT}deploy/compose/compose.yaml`, 'utf8'), { merge: true }));
/** All but the collector, which has no image here: services do their work without it. */
const SERVICES = Object.keys(file).filter((service) => service !== 'collector');
const OWN_SERVICES = ['signer', 'hook-executor', 'hook-builder', 'management', 'gateway'];
const SCRIPT = `const path = require('path');
  module.exports = (client, scope, audience, context, cb) => {
    console.log('shaped');
    cb(null, { scope, 'https://example.com/from': path.basename('/of/a hook') });
  };`;

let failed = 0;
function tell(what: string, isRight: boolean, found = ''): void {
  if (!isRight) failed += 1;
  process.stdout.write(`${isRight ? 'ok    ' : 'FAILED'} compose: ${what}${found === '' ? '' : `: ${found}`}\n`);
}

type Called = { status: number | string; stdout: string; said: string };

/** Beside the load, which goes on meanwhile. */
function call(command: string, args: readonly string[], timeout: number, cwd = ROOT): Promise<Called> {
  const env = { ...process.env, HOOKMINT_ISSUER: `${ORIGIN}/` };
  return new Promise((resolve) => {
    execFile(command, args, { timeout, cwd, env, maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : (error.code ?? 'ended'), stdout, said: `${stdout}${stderr}` }),
    );
  });
}

const podman = (...args: string[]): Promise<Called> => call('podman', args, CALL_TIMEOUT_MS);

async function containersOf(service: string): Promise<string[]> {
  const filter = ['--all', '--format', '{{.Names}}', '--filter', `label=com.docker.compose.service=${service}`];
  return (await podman('ps', ...filter)).stdout.split('\n').filter((name) => name !== '');
}

/** Of a container, one thing that podman knows of it. */
const about = async (container: string, what: string): Promise<string> =>
  (await podman('inspect', '--format', what, container)).stdout.trim();

/** What holds of the container's first process, and what it can write and reach. */
const Inside = z.object({
  uid: z.number(),
  capabilities: z.number(),
  noNewPrivileges: z.boolean(),
  seccomp: z.number(),
  writes: z.array(z.string()),
  reaches: z.array(z.string()),
  secrets: z.array(z.string()),
});
const LOOK = `
  const { readFileSync, readdirSync, writeFileSync } = require('node:fs');
  const { lookup } = require('node:dns/promises');
  const status = readFileSync('/proc/1/status', 'utf8');
  const of = (name) => new RegExp('^' + name + ':\\\\s+(\\\\S+)', 'm').exec(status)?.[1] ?? '';
  const mayWrite = (path) => { try { writeFileSync(path, ''); return true; } catch { return false; } };
  const names = ${JSON.stringify(SERVICES)};
  const secrets = () => { try { return readdirSync('/run/secrets').sort(); } catch { return []; } };
  Promise.all(names.map((name) => lookup(name).then(() => name, () => ''))).then((reached) =>
    console.log(JSON.stringify({
      uid: Number(of('Uid')),
      capabilities: Number('0x' + of('CapEff')) + Number('0x' + of('CapBnd')),
      noNewPrivileges: of('NoNewPrivs') === '1',
      seccomp: Number(of('Seccomp')),
      writes: ['/x', '/app/x', '/app/services/x', '/usr/local/bin/x', '/run/secrets/x'].filter(mayWrite),
      reaches: reached.filter((name) => name !== ''),
      secrets: secrets(),
    })));`;

/** The containers whose names a service can find, by the networks of the file. */
const REACHES: Record<string, string[]> = {
  signer: ['nats', 'mongodb', 'signer', 'management', 'gateway'],
  'hook-executor': ['nats', 'hook-executor'],
  'hook-builder': ['hook-builder', 'management'],
  management: ['nats', 'mongodb', 'signer', 'hook-builder', 'management', 'gateway'],
  gateway: ['nats', 'mongodb', 'signer', 'management', 'gateway'],
};

async function lookInto(service: string): Promise<void> {
  for (const container of await containersOf(service)) {
    // It has no shell.
    const { stdout, said } = await podman('exec', container, '/usr/local/bin/node', '-e', LOOK);
    const found = Inside.safeParse(stdout.startsWith('{') ? JSON.parse(stdout) : undefined);
    if (!found.success) {
      tell(`${container} answers`, false, said);
      continue;
    }
    const { uid, capabilities, noNewPrivileges, seccomp, writes, reaches } = found.data;
    const confined = uid === 65532 && capabilities === 0 && noNewPrivileges && seccomp === 2 && writes.length === 0;
    tell(`${container} is confined`, confined, JSON.stringify(found.data));
    const allowed = SERVICES.filter((name) => REACHES[service]?.includes(name));
    const isRight = reaches.every((name) => allowed.includes(name));
    tell(`${container} finds nobody whom it has no business with`, isRight, reaches.join(', '));
  }
}

const issues = (parameters: Credentials & { audience: string }): Promise<boolean> =>
  tokenOf(ORIGIN, parameters).then(
    () => true,
    () => false,
  );

type Tally = { asked: number; issued: number; refused: number; unmodified: number };

/** Asks for tokens, eight a second, until the `work` is done. */
async function underLoad(client: Credentials & { audience: string }, work: () => Promise<void>): Promise<Tally> {
  const tally: Tally = { asked: 0, issued: 0, refused: 0, unmodified: 0 };
  const load = { isDone: false };
  const answered = (async () => {
    const answers: Promise<void>[] = [];
    while (!load.isDone) {
      tally.asked += 1;
      answers.push(
        tokenOf(ORIGIN, client).then(
          (token) => {
            tally.issued += 1;
            if (decodeJwt(token)['https://example.com/from'] !== 'a hook') tally.unmodified += 1;
          },
          () => void (tally.refused += 1),
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 125));
    }
    await Promise.all(answers);
  })();
  try {
    await work();
  } finally {
    load.isDone = true;
    await answered;
  }
  return tally;
}

async function main(folder: string): Promise<void> {
  const project = join(folder, 'deploy/compose');
  for (const part of ['compose', 'nats', 'otel'])
    cpSync(`${ROOT}deploy/${part}`, join(folder, 'deploy', part), { recursive: true });
  const compose = (timeoutMs: number, ...args: string[]) =>
    call(PODMAN_COMPOSE, ['-f', 'compose.yaml', ...args], timeoutMs, project);
  const made = await call(
    process.execPath,
    ['deploy/secrets/main.ts', 'compose', join(project, 'secrets')],
    CALL_TIMEOUT_MS,
  );
  tell('secrets are made', made.status === 0, made.said.trim());
  const first = z
    .object({ management_client_id: z.string(), management_client_secret: z.string() })
    .transform(({ management_client_id: client_id, management_client_secret: client_secret }) => ({
      client_id,
      client_secret,
    }))
    .parse(JSON.parse(readFileSync(join(project, 'secrets/secrets.json'), 'utf8')));

  const megabytes = Number(await about('hookmint:0.1.0', '{{.Size}}')) / 1_000_000;
  tell(
    `the image has at most ${String(MAX_IMAGE_MEGABYTES)} MB`,
    megabytes <= MAX_IMAGE_MEGABYTES,
    megabytes.toFixed(0),
  );
  const startedMs = performance.now();
  try {
    await startAll(compose);
    const mayManage = (): Promise<boolean> => issues({ ...first, audience: `${ORIGIN}/api/v2/` });
    await until('the first client has a token', mayManage, UP_TIMEOUT_MS);
    const client = await makeFirstClient(ORIGIN, first, SCRIPT);
    const token = await tokenOf(ORIGIN, client);
    const claim = decodeJwt(token)['https://example.com/from'];
    tell(
      'a token is shaped by a hook',
      claim === 'a hook',
      `${((performance.now() - startedMs) / 1_000).toFixed(1)} s after it was started`,
    );
    for (const service of OWN_SERVICES) await lookInto(service);
    for (const service of [...OWN_SERVICES, 'nats', 'mongodb']) await killAndRoll(service, client, compose);
  } finally {
    if (failed > 0) await showLogs();
    await compose(STOP_TIMEOUT_MS, 'down', '-v', '-t', '5');
  }
}

/**
 * Starts each service once those that it depends on are as it asks. Podman does not wait for them: it runs no check of health by itself where
 * there is no systemd, and of a chain of dependencies it knows the first link.
 */
async function startAll(compose: Compose): Promise<void> {
  const isAsAsked = {
    service_healthy: async (container: string) => (await podman('healthcheck', 'run', container)).status === 0,
    service_completed_successfully: async (container: string) =>
      (await about(container, '{{.State.Status}} {{.State.ExitCode}}')) === 'exited 0',
  };
  const started = new Set<string>();
  while (started.size < SERVICES.length) {
    const [service] = SERVICES.filter(
      (name) => !started.has(name) && Object.keys(file[name]?.depends_on ?? {}).every((other) => started.has(other)),
    );
    if (service === undefined) throw new Error('services depend on each other');
    for (const [other, { condition }] of Object.entries(file[service]?.depends_on ?? {}))
      for (const container of await containersOf(other))
        await until(`${container}: ${condition}`, () => isAsAsked[condition](container), UP_TIMEOUT_MS);
    const replicas = file[service]?.deploy.replicas ?? 1;
    const scale = ['--scale', `${service}=${String(replicas)}`];
    const { status, said } = await compose(UP_TIMEOUT_MS, 'up', '-d', '--no-build', '--no-deps', ...scale, service);
    if ((await containersOf(service)).length !== replicas)
      throw new Error(`${service}: ${String(replicas)} are wanted. ${said}`);
    if (status !== 0) throw new Error(said);
    started.add(service);
  }
}

type Compose = (timeoutMs: number, ...args: string[]) => Promise<Called>;

async function showLogs(): Promise<void> {
  for (const service of SERVICES)
    for (const container of await containersOf(service))
      process.stdout.write(`${container}: ${(await podman('logs', '--tail', '12', container)).said}\n`);
}

/** Kills one container of the service, and starts all of them anew, under load. */
async function killAndRoll(
  service: string,
  client: Credentials & { audience: string },
  compose: Compose,
): Promise<void> {
  const untilIssued = (): Promise<void> => until('tokens are issued', () => issues(client), BACK_WITHIN_MS);
  const works = {
    'killed, comes back by itself': async (): Promise<void> => {
      const [container = ''] = await containersOf(service);
      const pid = async (): Promise<number> => Number(await about(container, '{{.State.Pid}}'));
      const before = await pid();
      // As when it has crashed: what a user kills, stays so.
      process.kill(before, 'SIGKILL');
      await until(`${container} runs again`, async () => ![0, before].includes(await pid()), BACK_WITHIN_MS);
      await untilIssued();
    },
    'is started anew': async (): Promise<void> => {
      const { status, said } = await compose(STOP_TIMEOUT_MS, 'restart', service);
      tell(`${service} is stopped and started`, status === 0, status === 0 ? '' : said);
      await untilIssued();
    },
  };
  for (const [what, work] of Object.entries(works)) {
    const tally = await underLoad(client, work);
    tell(
      `${service} ${what}: no token without its hook's claims`,
      tally.unmodified === 0 && tally.issued > 0,
      JSON.stringify(tally),
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), 'hookmint-compose-'));
try {
  spawnSync('ip', ['link', 'set', 'lo', 'up']);
  await main(folder);
} catch (error) {
  tell('it runs to its end', false, messageOf(error));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
