import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { pythonPackages } from '../support/python-packages.ts';
import { openPodman, type Podman } from './podman.ts';
import { makeMongodbStandIn, makeNatsStandIn, makeStandIns } from './stand-ins.ts';

/**
 * `npm run containers [-- --runtime PATH]`: builds the image with podman, and makes the tries of test/attacks/wall.test.ts in it, under the
 * restrictions of Compose and of Kubernetes; then starts Compose's own file with it. Exit code 1 when something does not hold. Where there is no
 * podman it says so, with 0.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUILD_TIMEOUT_MS = 300_000;
const RUN_TIMEOUT_MS = 120_000;
const COMPOSE_TIMEOUT_MS = 1_500_000;
const IMAGE = 'hookmint:0.1.0';
const TRIES = ['attacks/wall.test.ts', 'attacks/wall-bombs.test.ts'];
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

const Compose = z.object({
  services: z.object({
    'hook-executor': z.object({
      read_only: z.boolean(),
      cap_drop: z.array(z.string()),
      security_opt: z.array(z.string()),
      tmpfs: z.array(z.string()),
      deploy: z.object({ resources: z.object({ limits: z.object({ memory: z.string() }) }) }),
    }),
  }),
});

function composeOptions(): string[] {
  const service = Compose.parse(parse(read('deploy/compose/compose.yaml'), { merge: true })).services['hook-executor'];
  return [
    ...(service.read_only ? ['--read-only', '--read-only-tmpfs=false'] : []),
    ...service.cap_drop.map((capability) => `--cap-drop=${capability}`),
    ...service.security_opt.map((option) => `--security-opt=${option}`),
    ...service.tmpfs.map((path) => `--tmpfs=${path}`),
    `--memory=${service.deploy.resources.limits.memory}`,
  ];
}

const Pod = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        securityContext: z.object({
          runAsNonRoot: z.literal(true),
          runAsUser: z.int(),
          runAsGroup: z.int(),
          seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
        }),
        containers: z.tuple([
          z.object({
            resources: z.object({ limits: z.object({ memory: z.string() }) }),
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.object({ drop: z.array(z.string()) }),
            }),
          }),
        ]),
      }),
    }),
  }),
});

/** Podman's own seccomp profile is what RuntimeDefault is elsewhere. */
function kubernetesOptions(): string[] {
  const [deployment = ''] = read('k8s/base/hook-executor.yaml')
    .split(/^---$/m)
    .filter((document) => document.includes('kind: Deployment'));
  const { securityContext, containers } = Pod.parse(parse(deployment)).spec.template.spec;
  const [container] = containers;
  return [
    '--read-only',
    '--read-only-tmpfs=false',
    '--tmpfs=/tmp',
    `--user=${String(securityContext.runAsUser)}:${String(securityContext.runAsGroup)}`,
    ...container.securityContext.capabilities.drop.map((capability) => `--cap-drop=${capability}`),
    '--security-opt=no-new-privileges',
    `--memory=${container.resources.limits.memory.replace('i', '')}`,
  ];
}

/** As a pod with `hostUsers: false`: nobody in it is a user of the machine. */
const OWN_USERS = ['--uidmap=0:100000:65536', '--gidmap=0:100000:65536'];

const MOUNTS = ['attacks', 'support', 'containers'].map(
  (folder) => `--volume=${ROOT}test/${folder}:/app/test/${folder}:ro`,
);

/** What must hold in a container: nothing of the runtime's is wanting, and hooks run behind a wall. */
const EXPECTED = { wall: 'seccomp', hook: 'ok', uid: 65532, capabilities: 0, noNewPrivileges: true, writes: [] };

function isAsExpected(podman: Podman, image: string, where: string, options: string[]): boolean {
  const { stdout, stderr } = podman.run(
    [...options, ...MOUNTS, `localhost/${image}`, '--no-node-snapshot', 'test/containers/in-container.ts'],
    RUN_TIMEOUT_MS,
  );
  const held = stdout === JSON.stringify(EXPECTED);
  process.stdout.write(`${held ? 'ok    ' : 'FAILED'} ${image} as in ${where}: ${stdout}${held ? '' : stderr}\n`);
  return held;
}

/** Makes the tries in a container; gives whether each was refused. */
function tryIn(podman: Podman, image: string, where: string, options: string[]): boolean {
  const { status, stdout, stderr, error } = podman.run(
    [
      ...options,
      ...MOUNTS,
      `localhost/${image}`,
      '--test',
      '--test-reporter=tap',
      ...TRIES.map((file) => `test/${file}`),
    ],
    RUN_TIMEOUT_MS,
  );
  const lines = stdout.split('\n');
  const held = status === 0 && error === undefined;
  const told = lines.filter((line) => /attacks: wall|walls that do not stand/.test(line));
  process.stdout.write(`${held ? 'ok    ' : 'FAILED'} ${image} as in ${where}: ${told.join('; ')}\n`);
  if (!held) process.stdout.write(`${stdout.slice(-8_000)}${stderr}${error?.message ?? ''}\n`);
  return held;
}

/** Runs test/containers/compose.ts in a network namespace of its own; gives whether all of it held. */
async function tryCompose(podman: Podman): Promise<boolean> {
  const tools = pythonPackages(fileURLToPath(new URL('compose-requirements.txt', import.meta.url)), 'podman-compose');
  if ('missing' in tools) {
    process.stdout.write(`NOT RUN: compose: ${tools.missing}\n`);
    return true;
  }
  const { services } = z
    .object({ services: z.record(z.string(), z.object({ image: z.string() })) })
    .parse(parse(read('deploy/compose/compose.yaml'), { merge: true }));
  const imageOf = (service: string): string => services[service]?.image ?? '';
  await makeNatsStandIn(podman, imageOf('nats'));
  await makeMongodbStandIn(podman, imageOf('mongodb'));
  const program = ['--net', process.execPath, `${ROOT}test/containers/compose.ts`, join(tools.bin, 'podman-compose')];
  const { status } = spawnSync('unshare', program, { stdio: 'inherit', env: podman.env, timeout: COMPOSE_TIMEOUT_MS });
  return status === 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { runtime: { type: 'string' }, only: { type: 'string' } },
  });
  const podman = openPodman(values.runtime);
  if (podman === undefined) {
    process.stdout.write('NOT RUN: there is no podman here\n');
    return 0;
  }
  try {
    const bases = [...read('deploy/Dockerfile').matchAll(/^FROM (\S+[:/]\S+) AS/gm)].map(([, name = '']) => name);
    const [toBuildOn = '', toRunOn = ''] = bases;
    makeStandIns(podman, [toBuildOn, toRunOn]);
    podman.build(['-f', `${ROOT}deploy/Dockerfile`, '--target', 'hookmint', '-t', IMAGE, ROOT], BUILD_TIMEOUT_MS);
    process.stdout.write(`ok     built ${IMAGE}\n`);
    const places: Record<string, string[]> = {
      Compose: composeOptions(),
      Kubernetes: kubernetesOptions(),
      'Kubernetes with hostUsers: false': [...kubernetesOptions(), ...OWN_USERS],
    };
    const results =
      values.only === 'compose'
        ? []
        : Object.entries(places).flatMap(([where, options]) => [
            isAsExpected(podman, IMAGE, where, options),
            tryIn(podman, IMAGE, where, options),
          ]);
    results.push(await tryCompose(podman));
    return results.every(Boolean) ? 0 : 1;
  } finally {
    podman.end();
  }
}

process.exitCode = await main();
