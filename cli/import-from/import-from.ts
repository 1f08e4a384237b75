import { z } from 'zod';
import { inspectHook } from '../../hook-build/build-hook.ts';
import { CONTRACTS, isWebhookKind } from '../../shared/domain/contracts.ts';
import { endpointOf } from '../../shared/domain/webhooks/endpoint-of.ts';
import { HookSecrets } from '../../shared/hook-secrets.ts';
import { ask, complain, note, print } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { connectApi } from '../api-client.ts';
import { EXIT, fromCaller, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { egressOf, type Egress } from '../hook/egress-options.ts';
import { findHook } from '../hook/remote-hooks.ts';
import { readJsonFile } from '../json-file.ts';
import { secretsOf, secretVariable, type Secrets } from '../sync/secret-values.ts';
import { SECRET_NOT_SHOWN } from '../tenant-files/model.ts';
import { readCognitoLambda } from './cognito-lambda.ts';
import type { ForeignFiles, ForeignHook } from './foreign-hook.ts';
import { readHydraWebhook } from './hydra-webhook.ts';
import { readLogto } from './logto.ts';
import { readOktaWebhook } from './okta-webhook.ts';
import { readWso2Webhook } from './wso2-webhook.ts';

const OPTIONS = {
  from: { type: 'string' },
  name: { type: 'string' },
  configuration: { type: 'string' },
  'key-header': { type: 'string' },
  secrets: { type: 'string' },
  'allow-address': { type: 'string', multiple: true },
  'allow-host': { type: 'string', multiple: true },
  'accept-losses': { type: 'boolean', default: false },
  'on-failure': { type: 'string' },
  enable: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
} as const;

/** What reads the files of each system. */
type Reader = (path: string, beside: ForeignFiles) => ForeignHook | Promise<ForeignHook>;
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['logto', readLogto],
  ['cognito-lambda', readCognitoLambda],
  ['hydra-webhook', readHydraWebhook],
  ['wso2-webhook', readWso2Webhook],
  ['okta-webhook', readOktaWebhook],
]);
/** What is of one system alone. */
const OF_ONE = { configuration: 'cognito-lambda', 'key-header': 'wso2-webhook' } as const;

const Made = z.object({ id: z.string(), name: z.string(), enabled: z.boolean() });

/** `hookmint import PATH --from SYSTEM`: makes a hook of code that another system has. */
export async function importFrom(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS);
  const path = fromCaller(onlyArgument(positionals, 'a file or folder', 'hookmint import'));
  const read = READERS.get(values.from ?? '');
  if (read === undefined) {
    throw new UsageError(`--from must be one of ${[...READERS.keys()].join(', ')}, not "${String(values.from)}".`);
  }
  for (const [option, system] of Object.entries(OF_ONE) as [keyof typeof OF_ONE, string][]) {
    if (values[option] !== undefined && values.from !== system) throw new UsageError(`--${option} is of ${system}.`);
  }
  const found = await read(path, {
    configurationFile: values.configuration === undefined ? undefined : fromCaller(values.configuration),
    keyHeader: values['key-header'],
  });
  const name = values.name ?? found.name;
  const given = values.secrets === undefined ? {} : readJsonFile(fromCaller(values.secrets), HookSecrets);
  const { given: secrets, missing } = secretsGiven(name, found, given);
  const hook = { ...found, name, secrets, on_failure: onFailureOf(values['on-failure']) ?? found.on_failure };
  const egress = egressOf(values['allow-address'], values['allow-host']);
  await inspectHook(hook.script, hook.language, hook.kind);
  print(...planOf(hook, missing));
  for (const line of hook.notes) note(`hookmint: ${line}`);
  if (hook.losses.length > 0 && !values['accept-losses']) {
    complain(
      `${lossesSaid(hook.losses.length)} ${values['dry-run'] ? '' : 'Nothing was changed. '}Add --accept-losses to go on without.`,
    );
    return EXIT.failed;
  }
  if (values['dry-run']) return EXIT.ok;
  const asked = await askForAll(name, missing);
  print(await write({ ...hook, secrets: { ...secrets, ...asked } }, egress, values.enable));
  return EXIT.ok;
}

const lossesSaid = (count: number): string =>
  `${count === 1 ? '1 setting' : `${String(count)} settings`} of it would be lost (LOSS above).`;

/** Secrets of the files, and over them those that are given. */
function secretsGiven(name: string, { secrets, asked }: ForeignHook, given: HookSecrets): Secrets {
  const all = { ...secrets, ...Object.fromEntries(asked.map((secret) => [secret, SECRET_NOT_SHOWN])) };
  const unknown = Object.keys(given).filter((secret) => !Object.hasOwn(all, secret));
  if (unknown.length > 0)
    throw new UsageError(`It has no secret ${unknown.join(', ')}: --secrets has more than is used.`);
  return secretsOf(name, all, new Map(Object.entries(given)));
}

/** The person who imports it has what the source never gives. */
async function askForAll(name: string, missing: readonly string[]): Promise<HookSecrets> {
  if (missing.length > 0 && !process.stdin.isTTY) {
    const names = missing.map((secret) => `${secret} (${secretVariable(name, secret)})`).join(', ');
    throw new UsageError(`These secrets have no value: ${names}. Set the variables, or use a file with --secrets.`);
  }
  const given: [string, string][] = [];
  for (const secret of missing) given.push([secret, await ask(`Value of ${secret} for ${name}: `)]);
  return Object.fromEntries(given);
}

/** What is made of it; secrets by their names. */
function planOf(hook: ForeignHook, missing: readonly string[]): string[] {
  const { name, kind, script, language, dependencies, secrets, losses, on_failure, wall_ms } = hook;
  const named = (names: string[]): string => names.join(', ') || '(none)';
  const made = isWebhookKind(kind)
    ? [`endpoint    ${endpointOf(script)}`]
    : [
        `language    ${language}`,
        `modules     ${named(Object.entries(dependencies).map(([module, version]) => `${module}@${version}`))}`,
      ];
  return [
    `hook        ${name}`,
    `contract    ${CONTRACTS[kind].name}`,
    ...made,
    `secrets     ${named([...Object.keys(secrets), ...missing.map((secret) => `${secret} (has no value yet)`)])}`,
    `on_failure  ${on_failure}`,
    `wall_ms     ${String(wall_ms)}`,
    ...losses.map((loss) => `LOSS        ${loss}`),
  ];
}

async function write(hook: ForeignHook, egress: Egress, enable: boolean): Promise<string> {
  const { name, kind, script, language, dependencies, secrets, on_failure, wall_ms } = hook;
  const hookmint = {
    language,
    contract: CONTRACTS[kind].name,
    secrets,
    on_failure,
    limits: { wall_ms },
    ...(egress === undefined ? {} : { egress }),
  };
  const body = { script, dependencies, hookmint, ...(enable ? { enabled: true } : {}) };
  const api = await connectApi();
  const there = await findHook(api, name);
  const made =
    there === undefined
      ? await api.read(Made, 'POST', '/hooks', { ...body, name, triggerId: 'credentials-exchange' })
      : await api.read(Made, 'PATCH', `/hooks/${there.id}`, body);
  const does = there === undefined ? 'made' : 'changed';
  const next = made.enabled
    ? 'It shapes tokens.'
    : `Try it: hookmint hook try ${made.name}. Have it shape tokens: hookmint hook enable ${made.name}`;
  return `${made.name} is ${does}. ${next}`;
}

function onFailureOf(given: string | undefined): ForeignHook['on_failure'] | undefined {
  if (given === undefined || given === 'deny' || given === 'issue_unmodified') return given;
  throw new UsageError(`--on-failure must be deny or issue_unmodified, not "${given}".`);
}
