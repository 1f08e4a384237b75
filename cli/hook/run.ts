import type { z } from 'zod';
import { readDependencies } from '../../deploy/local/hook-file.ts';
import { readHookCode } from '../../hook-build/author-file.ts';
import { inspectHook } from '../../hook-build/build-hook.ts';
import { languageOf } from '../../hook-build/hook-file.ts';
import { olderModules } from '../../hook-build/older-modules.ts';
import { isWebhookKind, type HookKind } from '../../shared/domain/contracts.ts';
import { EgressPolicy } from '../../shared/domain/egress.ts';
import { CustomClaimsPolicy } from '../../shared/domain/tenant.ts';
import { HookSecrets } from '../../shared/hook-secrets.ts';
import { note, print, printJson } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { asCaller, EXIT, fromCaller, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { buildLocalHook } from './build.ts';
import { contractOf } from './contract-option.ts';
import { openDryRuns } from './dry-run.ts';
import { SampleEvent } from '../../shared/domain/sample-event.ts';
import { frameOf, inFile, reportOf } from './report.ts';
import type { Inspection, KnownRevision } from '../../services/hook-executor/run-once.ts';

const OPTIONS = {
  event: { type: 'string' },
  secrets: { type: 'string' },
  'allow-address': { type: 'string', multiple: true },
  'custom-claims': { type: 'string', default: 'namespaced' },
  contract: { type: 'string' },
  json: { type: 'boolean', default: false },
  inspect: { type: 'string' },
  'inspect-brk': { type: 'string' },
} as const;

/** Node's own, where debuggers look. */
const DEFAULT_PORT = 9_229;
const MAX_PORT = 65_535;

const Address = EgressPolicy.shape.allowed_addresses.element;

/** `hookmint hook run FILE`: runs a hook once and shows what came of it. */
export async function hookRun(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args.map(withPort), OPTIONS);
  const name = onlyArgument(positionals, 'FILE', 'hookmint hook run');
  const policy = valueOf('--custom-claims', CustomClaimsPolicy, values['custom-claims'], 'namespaced or relaxed');
  const allowedAddresses = (values['allow-address'] ?? []).map((address) =>
    valueOf('--allow-address', Address, address, 'an IP address or a CIDR block'),
  );
  const event =
    values.event === undefined ? SampleEvent.parse({}) : readJsonFile(fromCaller(values.event), SampleEvent);
  const secrets = values.secrets === undefined ? {} : readJsonFile(fromCaller(values.secrets), HookSecrets);
  const file = fromCaller(name);
  const contract = contractOf(values.contract);
  for (const advice of await adviceOn(file, contract)) note(`hookmint: ${advice}`);
  const hook = await buildLocalHook({ file, contract, secrets, allowedAddresses });
  const dryRuns = await openDryRuns(inspectionOf(values, hook, file));
  try {
    const ran = await dryRuns.run(hook, event, policy);
    const shown = inFile(ran, () => asCaller(file));
    if (values.json) printJson(shown);
    else print(...reportOf(shown, frameOf(ran, hook.revision.code)));
    return ran.token === null ? EXIT.failed : EXIT.ok;
  } finally {
    dryRuns.close();
  }
}

/** `--inspect` without a port has the default. */
const withPort = (arg: string): string =>
  arg === '--inspect' || arg === '--inspect-brk' ? `${arg}=${String(DEFAULT_PORT)}` : arg;

function inspectionOf(
  { inspect, 'inspect-brk': inspectBrk }: { inspect?: string | undefined; 'inspect-brk'?: string | undefined },
  { revision }: KnownRevision,
  file: string,
): Inspection | undefined {
  const given = inspectBrk ?? inspect;
  if (given === undefined) return undefined;
  if (isWebhookKind(revision.kind)) {
    throw new UsageError(`--inspect is for code, and ${asCaller(file)} is a webhook.`);
  }
  const port = /^\d{1,5}$/.test(given) ? Number(given) : Infinity;
  if (port > MAX_PORT) throw new UsageError(`--inspect takes a port from 0 to ${String(MAX_PORT)}, not "${given}".`);
  return {
    revision,
    file,
    port,
    stopsFirst: inspectBrk !== undefined,
    onListening: (url) => {
      note(`hookmint: ${asCaller(file)} waits for a debugger, of chrome://inspect or an editor's "attach", at ${url}`);
      note('hookmint: it runs in Node itself, not in an isolate: no limit of time, CPU or memory holds.');
    },
  };
}

/** What its author may want to know before a build that fails, or a run that never ends. */
async function adviceOn(file: string, contract: HookKind | undefined): Promise<string[]> {
  try {
    const code = readHookCode(file);
    return olderModules(code, (await inspectHook(code, languageOf(file), contract)).required, readDependencies(file));
  } catch {
    // The build says what is wrong.
    return [];
  }
}

function valueOf<T>(option: string, schema: z.ZodType<T>, value: string, wanted: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UsageError(`${option} must be ${wanted}, not "${value}".`);
}
