import { z } from 'zod';
import { HOOK_KINDS } from '../../shared/domain/contracts.ts';
import { Dropped } from '../../shared/domain/hook-finding.ts';
import { HookOutcome, LastCalls } from '../../shared/domain/hook-outcome.ts';
import { NetworkCall } from '../../shared/domain/network-call.ts';
import { SampleEvent } from '../../shared/domain/sample-event.ts';
import { print, printJson } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { connectApi } from '../api-client.ts';
import { EXIT, fromCaller, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { fileOf, revisionsOf, theHookAt } from './remote-hooks.ts';
import { inFile, reportOf } from './report.ts';

const OPTIONS = {
  event: { type: 'string' },
  log: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** As the API tells it; `outcome` has more by its status. */
const Tried = z.object({
  kind: z.enum(HOOK_KINDS),
  outcome: z.looseObject({ status: z.enum(HookOutcome.options.map((option) => option.shape.status.value)) }),
  token: z.object({ scope: z.array(z.string()), claims: z.record(z.string(), z.unknown()) }).nullable(),
  scope_changes: z.object({ removed: z.array(z.string()), added: z.array(z.string()) }),
  dropped: z.array(Dropped),
  answer: z.object({ status: z.int(), error: z.string(), error_description: z.string() }).nullable(),
  console: HookOutcome.options[0].shape.console,
  network: z.array(NetworkCall),
  last_calls: LastCalls.optional(),
  cpu_ms: z.number(),
  wall_ms: z.number(),
});

/** `hookmint hook try NAME[@N]`: runs a revision once where hooks run, without issuing a token. */
export async function hookTry(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS);
  const name = onlyArgument(positionals, 'NAME', 'hookmint hook try');
  if (values.event !== undefined && values.log !== undefined)
    throw new UsageError('--event and --log exclude each other.');
  const event = values.event === undefined ? undefined : readJsonFile(fromCaller(values.event), SampleEvent);
  const body = {
    ...(event === undefined ? {} : { event }),
    ...(values.log === undefined ? {} : { log_id: values.log }),
  };
  const api = await connectApi();
  const { hook, at } = await theHookAt(api, name);
  const revisions = at === undefined ? await revisionsOf(api, hook) : [];
  const revision = at ?? revisions.find(({ draft }) => draft) ?? revisions.find(({ current }) => current);
  if (revision === undefined) throw new UsageError(`${hook.name} has no revision.`);
  const path = `/hooks/${hook.id}/revisions/${revision.revision}/dry-run`;
  const tried = inFile(await api.read(Tried, 'POST', path, body), fileOf(hook));
  if (values.json) printJson({ revision: revision.number, ...tried });
  else print(`${'revision'.padEnd(15)}${String(revision.number)}`, ...reportOf(tried));
  return tried.token === null ? EXIT.failed : EXIT.ok;
}
