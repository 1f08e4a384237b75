import { z } from 'zod';
import { print, printJson } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { ApiCallError, connectApi, type ApiClient } from '../api-client.ts';
import { EXIT, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import type { Gradually } from './gradual-options.ts';
import { theHook, type RemoteHook } from './remote-hooks.ts';

const Runs = z.object({
  runs: z.int(),
  errors: z.int(),
  denials: z.int(),
  dropped: z.int(),
  p99_ms: z.number().nullable(),
});

const Gradual = z.looseObject({
  id: z.string(),
  revision: z.string(),
  number: z.int().nullable(),
  percent: z.int(),
  client_ids: z.array(z.string()),
  state: z.enum(['on', 'promoted', 'returned', 'superseded']),
  ended_by: z.string().nullable().optional(),
  reason: z.string().optional(),
  figures: z.object({ deployed: Runs, gradual: Runs }).optional(),
  tokens: z.int().nullable(),
});
type Gradual = z.infer<typeof Gradual>;

const pathOf = ({ id }: RemoteHook): string => `/hooks/${id}/gradual-deployment`;

/** Has a revision shape a part of the tokens, or another part. */
export async function startGradual(
  api: ApiClient,
  hook: RemoteHook,
  revision: string,
  how: Gradually,
): Promise<ExitCode> {
  const started = await api.read(Gradual, 'PUT', pathOf(hook), { revision, ...how });
  const name = hook.name;
  print(
    `${name}: revision ${numberOf(started)} shapes ${partOf(started)}. How it does: hookmint hook gradual ${name}. ` +
      `To all clients: hookmint hook promote ${name}. Back: hookmint hook return ${name}`,
  );
  return EXIT.ok;
}

/** `hookmint hook gradual NAME`: how a gradual deployment does, or did. Exit code 1: it has returned by itself. */
export async function hookGradual(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean', default: false } });
  const api = await connectApi();
  const hook = await theHook(api, onlyArgument(positionals, 'NAME', 'hookmint hook gradual'));
  const gradual = await theGradual(api, hook);
  if (values.json) printJson(gradual);
  else print(...linesOf(hook, gradual));
  return gradual.state === 'returned' && gradual.ended_by === null ? EXIT.failed : EXIT.ok;
}

/** `hookmint hook promote NAME`: deploys the revision of a gradual deployment to all clients. */
export function hookPromote(args: string[]): Promise<ExitCode> {
  return end(args, 'promote', 'is deployed to all clients');
}

/** `hookmint hook return NAME`: has the deployed revision shape all tokens again. */
export function hookReturn(args: string[]): Promise<ExitCode> {
  return end(args, 'return', 'shapes no more tokens');
}

async function end(args: string[], how: 'promote' | 'return', words: string): Promise<ExitCode> {
  const { positionals } = readArgs(args, {});
  const api = await connectApi();
  const hook = await theHook(api, onlyArgument(positionals, 'NAME', `hookmint hook ${how}`));
  const { id, state, ...last } = await theGradual(api, hook);
  if (state !== 'on') {
    const by = last.ended_by === null ? ' by itself' : '';
    throw new UsageError(`No gradual deployment of ${hook.name} is on; the last was ${state}${by}.`);
  }
  // The one that was looked at, and no other that somebody began since.
  const ended = await api.read(Gradual, 'POST', `${pathOf(hook)}/${how}`, { id });
  print(
    `${hook.name}: revision ${numberOf(ended)} ${words}; tokens that it shaped gradually: ${tokensOf(ended)} so far in the logs`,
  );
  return EXIT.ok;
}

async function theGradual(api: ApiClient, hook: RemoteHook): Promise<Gradual> {
  try {
    return await api.read(Gradual, 'GET', pathOf(hook));
  } catch (error) {
    if (!(error instanceof ApiCallError && error.status === 404)) throw error;
    throw new UsageError(
      `${hook.name} never had a gradual deployment; hookmint hook deploy FILE --percent 10 begins one.`,
    );
  }
}

function linesOf({ name }: RemoteHook, gradual: Gradual): string[] {
  const { state, revision, reason, figures } = gradual;
  const how = {
    on: `shapes ${partOf(gradual)}`,
    promoted: 'was promoted: it is deployed to all clients',
    returned: gradual.ended_by === null ? 'has returned by itself' : 'was returned',
    superseded: 'was superseded by another deployment',
  }[state];
  return [
    `${name}: revision ${numberOf(gradual)} ${how}${reason === undefined ? '' : `: ${reason}`}`,
    `tokens that it shaped gradually: ${tokensOf(gradual)}, in the logs as hook_revision:"${revision}" AND hook_rule:(percent OR client) AND type:seccft`,
    ...(figures === undefined
      ? []
      : [runsLine('deployed revision', figures.deployed), runsLine('this revision', figures.gradual)]),
  ];
}

function runsLine(which: string, { runs, errors, denials, dropped, p99_ms }: z.infer<typeof Runs>): string {
  const p99 = p99_ms === null ? '' : `, 99 % within ${p99_ms.toPrecision(3)} ms`;
  return `last minute, ${which}: ${String(runs)} runs, ${String(errors)} failed, ${String(denials)} denied, ${String(dropped)} with something dropped${p99}`;
}

const tokensOf = ({ tokens }: Gradual): string => (tokens === null ? 'more than can be counted' : String(tokens));

const numberOf = ({ number, revision }: Gradual): string => (number === null ? revision : String(number));

function partOf({ percent, client_ids }: Gradual): string {
  const named = client_ids.length === 0 ? [] : [`the clients ${client_ids.join(', ')}`];
  const share = percent === 0 ? [] : [`the tokens of ${String(percent)} % of the clients`];
  return [
    ...share,
    ...(share.length === 0 && named.length > 0 ? named.map((text) => `the tokens of ${text}`) : named),
  ].join(' and ');
}
