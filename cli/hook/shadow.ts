import { existsSync } from 'node:fs';
import { z } from 'zod';
import { DifferenceGroup } from '../../shared/domain/run-difference.ts';
import { print, printJson } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { ApiCallError, connectApi, type ApiClient } from '../api-client.ts';
import { asCaller, EXIT, fromCaller, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { codeOf, isRevision } from './code-of.ts';
import { linesOfGroups } from './difference-lines.ts';
import { naming, theHook, type RemoteHook } from './remote-hooks.ts';

const OPTIONS = {
  percent: { type: 'string' },
  network: { type: 'string' },
  name: { type: 'string' },
  contract: { type: 'string' },
  stop: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

const Shadow = z.looseObject({
  revision: z.string(),
  number: z.int().nullable(),
  percent: z.number(),
  network: z.string(),
  started_at: z.string(),
  requests: z.int(),
  differing: z.int(),
  not_run: z.int(),
  network_refused: z.int(),
  groups: z.array(DifferenceGroup),
  others: z.int(),
});
type Shadow = z.infer<typeof Shadow>;

const Drafted = z.object({ revision: z.string() });

const pathOf = ({ id }: RemoteHook): string => `/hooks/${id}/shadow`;

/** `hookmint hook shadow FILE | NAME@N --percent N` begins one; `hookmint hook shadow NAME` tells of it, with exit code 1 for differences. */
export async function hookShadow(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS);
  const given = onlyArgument(positionals, 'FILE, NAME@N or NAME', 'hookmint hook shadow');
  const begins = values.percent !== undefined;
  if (begins && (values.stop || values.json)) throw new UsageError('--percent goes with neither --stop nor --json.');
  if (!begins && (values.network ?? values.name ?? values.contract) !== undefined)
    throw new UsageError('--network, --name and --contract go with --percent.');
  const isCode = isRevision(given) || existsSync(fromCaller(given));
  if (begins !== isCode)
    throw new UsageError(
      isCode
        ? 'Say with --percent for how many of the requests it runs.'
        : `--percent is of a file, or of NAME@N; there is no file "${given}".`,
    );
  const api = await connectApi();
  if (begins) return start(api, given, { ...values, percent: percentOf(values.percent ?? '') });
  const hook = await theHook(api, given);
  if (values.stop) return stop(api, hook);
  const shadow = await theShadow(api, hook);
  if (values.json) printJson(shadow);
  else print(...linesOf(hook, shadow));
  return shadow.groups.length === 0 ? EXIT.ok : EXIT.failed;
}

type Start = { percent: number; network?: string; name?: string; contract?: string };

async function start(api: ApiClient, given: string, { percent, network, ...of }: Start): Promise<ExitCode> {
  const { hook, code } = await codeOf(api, given, of);
  const revision =
    'revision' in code
      ? code.revision
      : (
          await naming(
            () => asCaller(fromCaller(given)),
            api.read(Drafted, 'POST', `/hooks/${hook.id}/revisions`, code),
          )
        ).revision;
  const body = { revision, percent, ...(network === undefined ? {} : { network }) };
  const shadow = await api.read(Shadow, 'PUT', pathOf(hook), body);
  print(
    `${hook.name}: revision ${numberOf(shadow)} runs beside the deployed one for ${String(shadow.percent)} % of the requests, network ${shadow.network}, and shapes nothing. ` +
      `In what it differs: hookmint hook shadow ${hook.name}. Enough: hookmint hook shadow ${hook.name} --stop`,
  );
  return EXIT.ok;
}

async function stop(api: ApiClient, hook: RemoteHook): Promise<ExitCode> {
  const shadow = await theShadow(api, hook);
  await api.call('DELETE', pathOf(hook));
  print(...linesOf(hook, shadow), `${hook.name}: revision ${numberOf(shadow)} runs no more`);
  return EXIT.ok;
}

async function theShadow(api: ApiClient, hook: RemoteHook): Promise<Shadow> {
  try {
    return await api.read(Shadow, 'GET', pathOf(hook));
  } catch (error) {
    if (!(error instanceof ApiCallError && error.status === 404)) throw error;
    throw new UsageError(
      `No revision runs beside that of ${hook.name}; hookmint hook shadow FILE --percent 10 begins one.`,
    );
  }
}

function linesOf({ name }: RemoteHook, shadow: Shadow): string[] {
  const { percent, network, started_at, requests, differing, not_run, network_refused, groups, others } = shadow;
  return [
    `${name}: revision ${numberOf(shadow)} runs beside the deployed one for ${String(percent)} % of the requests, network ${network}, since ${started_at}`,
    `${String(differing)} of ${String(requests)} requests differ`,
    ...linesOfGroups(groups, others),
    ...(network_refused === 0
      ? []
      : [`${String(network_refused)} asked for the network, which is refused: --network live lets it have it`]),
    ...(not_run === 0 ? [] : [`${String(not_run)} more were not run: tokens come first`]),
  ];
}

const numberOf = ({ number, revision }: Shadow): string => (number === null ? revision : String(number));

function percentOf(text: string): number {
  const percent = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && percent > 0 && percent <= 100) return percent;
  throw new UsageError(`--percent must be a number above 0, up to 100, not "${text}".`);
}
