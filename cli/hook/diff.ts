import { createTwoFilesPatch } from 'diff';
import { z } from 'zod';
import { print } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { connectApi, type ApiClient } from '../api-client.ts';
import { EXIT, readArgs, type ExitCode } from '../command.ts';
import { before, numbered, revisionsOf, theHook, type RemoteHook, type RevisionEntry } from './remote-hooks.ts';
import { seeHelp } from '../help/help.ts';

const Revision = z.object({
  script: z.string(),
  dependencies: z.unknown(),
  modules: z.unknown(),
  limits: z.unknown(),
  egress: z.unknown(),
  on_failure: z.unknown(),
  isolation: z.unknown(),
  /** A hookmint of before has none. */
  language: z.string().optional(),
  contract: z.string().optional(),
  secrets: z.array(z.string()),
});

/** `hookmint hook diff NAME [A] [B]`: two revisions, by their numbers, as a unified diff. */
export async function hookDiff(args: string[]): Promise<ExitCode> {
  const { positionals } = readArgs(args, {});
  const [name, from, to, extra] = positionals;
  if (name === undefined) throw new UsageError(`hookmint hook diff needs NAME. ${seeHelp()}`);
  if (extra !== undefined) throw new UsageError(`hookmint hook diff takes NAME and two numbers, not also "${extra}".`);
  const api = await connectApi();
  const hook = await theHook(api, name);
  const [a, b] = chosen(await revisionsOf(api, hook), from, to);
  const [left, right] = await Promise.all([textOf(api, hook, a), textOf(api, hook, b)]);
  const patch =
    patchOf(hook, right.ending, [a, left.script], [b, right.script]) +
    patchOf(hook, 'json', [a, left.settings], [b, right.settings]);
  if (patch === '' && a.revision !== b.revision) {
    print(
      `Revisions ${String(a.number)} and ${String(b.number)} differ in the values of secrets only, which are not shown.`,
    );
    return EXIT.failed;
  }
  if (patch === '') return EXIT.ok;
  print(...patch.trimEnd().split('\n'));
  return EXIT.failed;
}

/** By default the deployed revision and the draft, or the one before the deployed one, or, after a roll-back, the one after it. */
function chosen(
  revisions: RevisionEntry[],
  from: string | undefined,
  to: string | undefined,
): [RevisionEntry, RevisionEntry] {
  const current = revisions.find((entry) => entry.current);
  const draft = revisions.find((entry) => entry.draft);
  if (from !== undefined) {
    const b = to === undefined ? current : numbered(revisions, to);
    if (b !== undefined) return [numbered(revisions, from), b];
  }
  const pair = draft === undefined ? [before(revisions), current] : [current, draft];
  const [a, b] = pair.includes(undefined)
    ? [current, revisions.findLast(({ number }) => number > (current?.number ?? 0))]
    : pair;
  if (a === undefined || b === undefined)
    throw new UsageError('There is only one revision, so nothing to compare it with.');
  return [a, b];
}

async function textOf(api: ApiClient, { id }: RemoteHook, { revision }: RevisionEntry) {
  const { script, ...settings } = await api.read(Revision, 'GET', `/hooks/${id}/revisions/${revision}`);
  const ending = settings.language === 'typescript' ? 'ts' : 'js';
  return { script, ending, settings: `${JSON.stringify(settings, null, 2)}\n` };
}

type Side = [entry: RevisionEntry, text: string];

function patchOf({ name }: RemoteHook, extension: string, [a, left]: Side, [b, right]: Side): string {
  if (left === right) return '';
  const file = `${name}.${extension}`;
  const title = ({ number }: RevisionEntry): string => `revision ${String(number)}`;
  return createTwoFilesPatch(file, file, left, right, title(a), title(b));
}
