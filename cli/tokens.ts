import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { print, printJson } from '../shared/terminal.ts';
import { UsageError } from '../shared/usage-error.ts';
import { connectApi } from './api-client.ts';
import { EXIT, readArgs, type ExitCode } from './command.ts';
import { follow } from './follow.ts';
import { seeHelp } from './help/help.ts';

const TOKEN_REQUESTS = 'type:(seccft OR feccft)';
const DEFAULT_COUNT = 20;
/** As many as the API gives at a time. */
const MAX_COUNT = 100;

const Run = z.object({ name: z.string(), outcome: z.string() });
const TokenLog = z.object({
  log_id: z.string(),
  date: z.string(),
  type: z.string(),
  description: z.string().default(''),
  client_id: z.string().optional(),
  client_name: z.string().optional(),
  audience: z.string().optional(),
  scope: z.string().default(''),
  skipped: z.int().optional(),
  details: z
    .object({
      hook: Run.optional(),
      actions: z.object({ executions: z.array(Run) }).default({ executions: [] }),
      error: z.object({ code: z.string() }).optional(),
      duration_ms: z.number(),
    })
    .optional(),
});
type TokenLog = z.infer<typeof TokenLog>;

/** `hookmint tokens`: who asked for which token, and what became of it; with `--live` as it happens, until Ctrl-C. */
export async function tokens(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, {
    live: { type: 'boolean', default: false },
    search: { type: 'string' },
    count: { type: 'string', default: String(DEFAULT_COUNT) },
    json: { type: 'boolean', default: false },
  });
  if (positionals.length > 0) throw new UsageError(`tokens takes no argument. ${seeHelp()}`);
  const q = values.search === undefined ? TOKEN_REQUESTS : `${TOKEN_REQUESTS} AND (${values.search})`;
  if (values.live) await live(q, values.json);
  else await latest(q, countOf(values.count), values.json);
  return EXIT.ok;
}

async function latest(q: string, count: number, asJson: boolean): Promise<void> {
  const query = new URLSearchParams({ q, per_page: String(count), sort: 'date:-1' });
  const [api, path] = [await connectApi(), `/logs?${query.toString()}`];
  if (asJson) printJson(await api.call('GET', path));
  else print(...(await api.read(z.array(TokenLog), 'GET', path)).reverse().map(textOf));
}

async function live(q: string, asJson: boolean): Promise<void> {
  let from: string | undefined;
  const path = (): string =>
    `/logs/live?${new URLSearchParams({ q, ...(from === undefined ? {} : { from }) }).toString()}`;
  await follow(path, 'requests for tokens', TokenLog, (log, line) => {
    from = log.log_id;
    if (asJson) print(line);
    else
      print(
        ...(log.skipped === undefined ? [] : [`… ${String(log.skipped)} more were too many to be shown`]),
        textOf(log),
      );
  });
}

/** One line; of a hook's or client's text no part ends it or colours it. */
function textOf({ date, type, description, client_name, client_id, audience, scope, details }: TokenLog): string {
  const isIssued = type === 'seccft';
  const runs = [details?.hook, ...(details?.actions.executions ?? [])].filter((run) => run !== undefined);
  const ran = runs.map(({ name, outcome }) => (outcome === 'ok' ? name : `${name} ${outcome}`)).join(', ');
  const parts = [
    date,
    isIssued ? 'issued ' : 'refused',
    `${client_name ?? client_id ?? 'an unknown client'} -> ${audience ?? 'no API'}`,
    isIssued ? `[${scope}]` : description,
    ...(ran === '' ? [] : [`by ${ran}`]),
    ...(details === undefined ? [] : [`${details.duration_ms.toFixed(0)} ms`]),
  ];
  return stripVTControlCharacters(parts.join('  '));
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_COUNT) return count;
  throw new UsageError(`--count must be a number from 1 to ${String(MAX_COUNT)}.`);
}
