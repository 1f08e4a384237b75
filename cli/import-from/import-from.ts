import { z } from 'zod';
import { inspectHook } from '../../hook-build/build-hook.ts';
import { CONTRACTS } from '../../shared/domain/contracts.ts';
import { note, print } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { connectApi } from '../api-client.ts';
import { EXIT, fromCaller, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { findHook } from '../hook/remote-hooks.ts';
import { readCognitoLambda } from './cognito-lambda.ts';
import type { ForeignHook } from './foreign-hook.ts';
import { readLogto } from './logto.ts';

const OPTIONS = {
  from: { type: 'string' },
  name: { type: 'string' },
  configuration: { type: 'string' },
  'on-failure': { type: 'string' },
  enable: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
} as const;

/** What reads the files of each system. */
type Reader = (path: string, configuration: string | undefined) => ForeignHook | Promise<ForeignHook>;
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['logto', readLogto],
  ['cognito-lambda', readCognitoLambda],
]);

const Made = z.object({ id: z.string(), name: z.string(), enabled: z.boolean() });

/** `hookmint import PATH --from SYSTEM`: makes a hook of code that another system has. */
export async function importFrom(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS);
  const path = fromCaller(onlyArgument(positionals, 'a file or folder', 'hookmint import'));
  const read = READERS.get(values.from ?? '');
  if (read === undefined) {
    throw new UsageError(`--from must be one of ${[...READERS.keys()].join(', ')}, not "${String(values.from)}".`);
  }
  const found = await read(path, values.configuration === undefined ? undefined : fromCaller(values.configuration));
  const hook = {
    ...found,
    name: values.name ?? found.name,
    on_failure: onFailureOf(values['on-failure']) ?? found.on_failure,
  };
  await inspectHook(hook.script, hook.language, hook.kind);
  print(...planOf(hook));
  for (const line of hook.notes) note(`hookmint: ${line}`);
  if (values['dry-run']) return EXIT.ok;
  print(await write(hook, values.enable));
  return EXIT.ok;
}

/** What is made of it; secrets by their names. */
function planOf({ name, kind, language, dependencies, secrets, on_failure, wall_ms }: ForeignHook): string[] {
  const named = (names: string[]): string => names.join(', ') || '(none)';
  return [
    `hook        ${name}`,
    `contract    ${CONTRACTS[kind].name}`,
    `language    ${language}`,
    `modules     ${named(Object.entries(dependencies).map(([module, version]) => `${module}@${version}`))}`,
    `secrets     ${named(Object.keys(secrets))}`,
    `on_failure  ${on_failure}`,
    `wall_ms     ${String(wall_ms)}`,
  ];
}

async function write(hook: ForeignHook, enable: boolean): Promise<string> {
  const { name, kind, script, language, dependencies, secrets, on_failure, wall_ms } = hook;
  const hookmint = { language, contract: CONTRACTS[kind].name, secrets, on_failure, limits: { wall_ms } };
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
