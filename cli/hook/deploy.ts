import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { z } from 'zod';
import { readDependencies } from '../../deploy/local/hook-file.ts';
import { CONTRACTS, type HookKind } from '../../shared/domain/contracts.ts';
import { HookIsolation, HookLimits } from '../../shared/domain/hook.ts';
import { HookSecrets } from '../../shared/hook-secrets.ts';
import { note, print } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { ApiCallError, connectApi, type ApiClient } from '../api-client.ts';
import { asCaller, EXIT, fromCaller, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { inAuthorsFile, readHookCode } from '../../hook-build/author-file.ts';
import { inspectHook } from '../../hook-build/build-hook.ts';
import { languageOf } from '../../hook-build/hook-file.ts';
import { readChecks } from './checks.ts';
import { contractOf, contractSaid } from './contract-option.ts';
import { egressOf } from './egress-options.ts';
import { startGradual } from './gradual.ts';
import { GRADUAL_OPTIONS, gradually } from './gradual-options.ts';
import { findHook, naming, revisionsOf, type RemoteHook } from './remote-hooks.ts';

const OPTIONS = {
  name: { type: 'string' },
  draft: { type: 'boolean', default: false },
  secrets: { type: 'string' },
  enable: { type: 'boolean' },
  'no-enable': { type: 'boolean' },
  limits: { type: 'string' },
  'allow-address': { type: 'string', multiple: true },
  'allow-host': { type: 'string', multiple: true },
  'on-failure': { type: 'string' },
  isolation: { type: 'string' },
  contract: { type: 'string' },
  checks: { type: 'string' },
  force: { type: 'boolean', default: false },
  ...GRADUAL_OPTIONS,
} as const;

const Limits = HookLimits.extend({ network_calls: HookLimits.shape.network_calls.unwrap() }).partial();
const OnFailure = z.enum(['deny', 'issue_unmodified']);
const Made = z.object({ id: z.string(), name: z.string(), enabled: z.boolean() });

const Drafted = z.object({ number: z.int(), revision: z.string() });

/** `hookmint hook deploy FILE`: makes the file's hook what a running hookmint runs, or a draft there. */
export async function hookDeploy(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS);
  const file = fromCaller(onlyArgument(positionals, 'FILE', 'hookmint hook deploy'));
  if (values.enable === true && values['no-enable'] === true)
    throw new UsageError('--enable and --no-enable exclude each other.');
  if (values.draft && values.enable === true)
    throw new UsageError('A draft cannot be enabled: give --draft or --enable.');
  const enabled = values.enable === true ? true : values['no-enable'] === true ? false : undefined;
  const part = gradually(values);
  if (part !== undefined && (values.draft || enabled !== undefined))
    throw new UsageError('A gradual deployment is of an enabled hook: it goes with neither --draft nor --enable.');
  const name = values.name ?? basename(file, extname(file));
  const egress = egressOf(values['allow-address'], values['allow-host']);
  const contract = contractOf(values.contract);
  const { script, kind } = await readAndInspect(file, contract);
  const hookmint = {
    language: languageOf(file),
    ...(values.limits === undefined ? {} : { limits: limitsOf(values.limits) }),
    ...(egress === undefined ? {} : { egress }),
    ...(values['on-failure'] === undefined ? {} : { on_failure: onFailureOf(values['on-failure']) }),
    ...(values.isolation === undefined ? {} : { isolation: isolationOf(values.isolation) }),
    // A hookmint of before knows Auth0's alone.
    ...(contract === undefined && CONTRACTS[kind].isAuth0 ? {} : { contract: CONTRACTS[kind].name }),
    ...(values.checks === undefined ? {} : { checks: readChecks(values.checks, file) }),
    ...(values.secrets === undefined ? {} : { secrets: readJsonFile(fromCaller(values.secrets), HookSecrets) }),
  };
  const force = values.force ? { force: true } : {};
  if (values.force && values.draft) throw new UsageError('A draft is not deployed: --force goes with no --draft.');
  const content = {
    script,
    dependencies: readDependencies(file),
    hookmint,
  };
  const api = await connectApi();
  const hook = await findHook(api, name);
  if (part !== undefined && hook === undefined)
    throw new UsageError(`There is no hook "${name}" yet: its first revision is deployed to all clients.`);
  if ((values.draft || part !== undefined) && hook !== undefined) {
    const drafted = api.read(Drafted, 'POST', `/hooks/${hook.id}/revisions`, content);
    const { number, revision } = await naming(() => asCaller(file), drafted);
    if (part !== undefined) return startGradual(api, hook, revision, { ...part, ...force });
    print(
      `${hook.name}: revision ${String(number)} is a draft. Try it: hookmint hook try ${hook.name}@${String(number)}. Have it shape tokens: hookmint hook enable ${hook.name}@${String(number)}`,
    );
    return EXIT.ok;
  }
  const body = { ...content, hookmint: { ...hookmint, ...force }, ...(enabled === undefined ? {} : { enabled }) };
  const answer =
    hook === undefined ? create(api, { ...body, name }) : api.read(Made, 'PATCH', `/hooks/${hook.id}`, body);
  const made = await naming(() => asCaller(file), answer);
  if (hook === undefined && made.name !== name) note(`In hookmint its name is ${made.name}; --name gives it another.`);
  print(
    (await stateOf(api, made)) +
      contractSaid(kind)
        .map((name) => `; its contract is ${name}`)
        .join(''),
  );
  return EXIT.ok;
}

async function create(api: ApiClient, body: { name: string }): Promise<z.infer<typeof Made>> {
  try {
    return await api.read(Made, 'POST', '/hooks', { ...body, triggerId: 'credentials-exchange' });
  } catch (error) {
    if (!(error instanceof ApiCallError && error.message.includes('on property name'))) throw error;
    throw new UsageError(`${error.message} The name is ${body.name}; give another with --name.`);
  }
}

/** What of a hook is deployed, in one line. */
export async function stateOf(api: ApiClient, hook: RemoteHook): Promise<string> {
  const current = (await revisionsOf(api, hook)).find((entry) => entry.current);
  const state = hook.enabled ? 'and enabled' : 'but not enabled; it shapes no token until you enable it';
  return `${hook.name}: revision ${String(current?.number)} is deployed ${state}`;
}

async function readAndInspect(file: string, contract: HookKind | undefined) {
  const code = readHookCode(file);
  try {
    // hookmint would refuse it: better told before it is asked, with the author's name of the file.
    const { kind } = await inspectHook(code, languageOf(file), contract);
    return { script: code, kind };
  } catch (error) {
    throw inAuthorsFile(error, asCaller(file));
  }
}

function limitsOf(given: string): z.infer<typeof Limits> {
  const file = fromCaller(given);
  if (!given.trimStart().startsWith('{') && existsSync(file)) return readJsonFile(file, Limits);
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch {
    throw new UsageError(`--limits must be JSON, such as {"cpu_ms": 500}, or a file of it, not "${given}".`);
  }
  const parsed = Limits.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  throw new UsageError(`--limits cannot be used: ${[path.join('.'), message].filter(Boolean).join(': ')}.`);
}

function onFailureOf(given: string): z.infer<typeof OnFailure> {
  const parsed = OnFailure.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(`--on-failure must be deny or issue_unmodified, not "${given}".`);
}

function isolationOf(given: string): HookIsolation {
  const parsed = HookIsolation.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(`--isolation must be shared or process, not "${given}".`);
}
