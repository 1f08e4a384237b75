import { z } from 'zod';
import { DifferenceGroup } from '../../shared/domain/run-difference.ts';
import { createDifferenceGroups } from '../../shared/hook-result/difference-groups.ts';
import { note, print, printJson } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { connectApi, type ApiClient } from '../api-client.ts';
import { asCaller, EXIT, fromCaller, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { codeOf } from './code-of.ts';
import { linesOfGroups } from './difference-lines.ts';
import { naming, type RemoteHook } from './remote-hooks.ts';

const OPTIONS = {
  last: { type: 'string' },
  since: { type: 'string' },
  client: { type: 'string', multiple: true },
  source: { type: 'string' },
  network: { type: 'string' },
  name: { type: 'string' },
  contract: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const Answer = z.object({
  source: z.enum(['recordings', 'logs']),
  network: z.string(),
  deployed: z.string(),
  revision: z.string(),
  requests: z.int(),
  differing: z.int(),
  not_run: z.int(),
  network_refused: z.int(),
  varying: z.array(z.string()),
  groups: z.array(DifferenceGroup),
  others: z.int(),
  next: z.string().optional(),
});
type Answer = z.infer<typeof Answer>;
type Report = Omit<Answer, 'next'>;

const DEFAULT_LAST = 200;
/** Of one answer. */
const MAX_LAST = 1_000;
/** Of `--since`. */
const MAX_REQUESTS = 100_000;
const MS_OF_UNIT: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `hookmint hook rehearse FILE | NAME@N`: in what tokens would differ. Exit code 1: in something. */
export async function hookRehearse(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS);
  const given = onlyArgument(positionals, 'FILE or NAME@N', 'hookmint hook rehearse');
  if (values.last !== undefined && values.since !== undefined)
    throw new UsageError('--last and --since exclude each other.');
  const most = values.since === undefined ? lastOf(values.last ?? String(DEFAULT_LAST)) : MAX_REQUESTS;
  const chosen = {
    ...(values.since === undefined ? {} : { since: sinceOf(values.since) }),
    ...(values.client === undefined ? {} : { client_ids: values.client }),
    ...(values.source === undefined ? {} : { source: oneOf('source', values.source, ['recordings', 'logs']) }),
    network: oneOf('network', values.network ?? 'refused', ['live', 'recorded', 'refused']),
  };
  const api = await connectApi();
  const { hook, code, what } = await codeOf(api, given, values);
  const report = await inParts(api, hook, { ...code, ...chosen }, most, () => asCaller(fromCaller(given)));
  if (report.requests + report.not_run === 0)
    throw new UsageError(
      `There are no ${report.source === 'logs' ? 'requests in the logs' : report.source} to rehearse with.`,
    );
  if (report.requests === 0)
    throw new UsageError(
      `None of ${String(report.not_run)} requests could be repeated, so nothing was compared: executors are busy, clients or APIs are gone, or answers were not recorded.`,
    );
  if (values.json) printJson(report);
  else tell(hook, what, report);
  return report.differing === 0 && report.groups.length === 0 ? EXIT.ok : EXIT.failed;
}

/** An answer has as many requests as can be run in its time: the next goes on from there. */
async function inParts(
  api: ApiClient,
  hook: RemoteHook,
  body: object,
  most: number,
  fileOf: () => string,
): Promise<Report> {
  const groups = createDifferenceGroups();
  let report: Report | undefined;
  let position: { from?: string; source?: string } = {};
  for (let left = most; ;) {
    const asked = { ...body, ...position, last: Math.min(left, MAX_LAST) };
    const { next, ...part } = await naming(fileOf, api.read(Answer, 'POST', `/hooks/${hook.id}/rehearsals`, asked));
    groups.merge(part);
    report = report === undefined ? part : sum(report, part);
    left -= part.requests + part.not_run;
    if (next === undefined || left <= 0) break;
    position = { from: next, source: part.source };
    note(`${String(most - left)} requests so far, ${String(report.differing)} differ`);
  }
  const varying = new Set(report.varying);
  const told = groups.told();
  const kept = told.groups.filter(({ kind, what }) => kind !== 'claim_changed' || !varying.has(what));
  return { ...report, groups: kept, others: told.others };
}

function sum(a: Report, b: Report): Report {
  return {
    ...a,
    requests: a.requests + b.requests,
    differing: a.differing + b.differing,
    not_run: a.not_run + b.not_run,
    network_refused: a.network_refused + b.network_refused,
    varying: [...new Set([...a.varying, ...b.varying])],
  };
}

function tell({ name }: RemoteHook, what: string, report: Report): void {
  const { source, network, requests, differing, not_run, network_refused, varying, groups, others } = report;
  print(
    `${name}: ${what} beside the deployed revision, by ${String(requests)} requests of the ${source}, network ${network}`,
    ...(source === 'logs'
      ? ['Logs have no parameters of requests: these are a sample; hookmint recording on keeps what really comes.']
      : []),
    `${String(differing)} of ${String(requests)} differ`,
    ...linesOfGroups(groups, others),
    ...(varying.length === 0 ? [] : [`another value each time, so not compared: ${varying.join(', ')}`]),
    ...(network_refused === 0
      ? []
      : [
          network === 'recorded'
            ? `${String(network_refused)} asked for what the deployed revision did not ask for, so nothing answered: --network live makes its requests`
            : `${String(network_refused)} asked for the network, which is refused: --network live lets both revisions have it, recorded the deployed one`,
        ]),
    ...(not_run === 0 ? [] : [`${String(not_run)} could not be repeated`]),
  );
}

function lastOf(text: string): number {
  const last = Number(text);
  if (/^\d+$/.test(text) && last >= 1 && last <= MAX_REQUESTS) return last;
  throw new UsageError(`--last must be a number from 1 to ${String(MAX_REQUESTS)}, not "${text}".`);
}

function sinceOf(text: string): string {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const ms = unit === '' ? Date.parse(text) : Date.now() - Number(count) * (MS_OF_UNIT[unit] ?? 0);
  if (Number.isNaN(ms))
    throw new UsageError(`--since must be a time such as 90m, 24h or 7d, or a date, not "${text}".`);
  return new Date(ms).toISOString();
}

function oneOf(option: string, given: string, values: readonly string[]): string {
  if (values.includes(given)) return given;
  throw new UsageError(`--${option} must be ${values.join(' or ')}, not "${given}".`);
}
