import { z } from 'zod';
import { ask, note, print } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { ApiCallError, type ApiClient } from '../api-client.ts';
import { EXIT, readArgs, type ExitCode } from '../command.ts';
import { seeHelp } from '../help/help.ts';
import {
  findHook,
  listHooks,
  revisionsOf,
  theHookAt,
  type RemoteHook,
  type RevisionEntry,
} from '../hook/remote-hooks.ts';
import { secretsOf, secretVariable } from '../sync/secret-values.ts';
import { bodyOf, readContent, type Content } from './content.ts';
import { differenceLines } from './difference.ts';
import { placeOf, type Place } from './place.ts';

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  yes: { type: 'boolean', default: false },
  draft: { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
  'without-secrets': { type: 'boolean', default: false },
} as const;

const Drafted = z.object({ number: z.int(), revision: z.string() });
const Made = z.object({ id: z.string(), name: z.string(), enabled: z.boolean() });

type Source = { hook: RemoteHook; at: RevisionEntry; content: Content };
type Target = { hook: RemoteHook; current: RevisionEntry | undefined; content: Content | undefined };

/** `hookmint promote [NAME[@N]] --from A --to B`: a revision of one hookmint becomes that of another. */
export async function promote(args: string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs(args, OPTIONS);
  const [given, extra] = positionals;
  if (extra !== undefined) throw new UsageError(`promote takes one NAME or NAME@N, not also "${extra}". ${seeHelp()}`);
  if ((values.from ?? values.to) === undefined)
    throw new UsageError(`Say with --from and --to which two hookmints are meant. ${seeHelp()}`);
  if (values.draft && values.force) throw new UsageError('A draft is not deployed: --force goes with no --draft.');
  const [from, to] = [await placeOf('from', values.from), await placeOf('to', values.to)];
  const source = await sourceOf(from, given);
  const target = await targetAt(to, source.hook.name);
  const { name } = source.hook;

  const lines = differenceLines(
    name,
    { name: `${from.name}, revision ${String(source.at.number)}`, content: source.content },
    {
      name: `${to.name}${target?.current === undefined ? '' : `, revision ${String(target.current.number)}`}`,
      content: target?.content,
    },
  );
  const absent = source.content.secrets.filter((secret) => target?.content?.secrets.includes(secret) !== true);
  const isWithout = values['without-secrets'];
  // Who answers for the source must not choose by a name of its own which of the environment's values the target gets.
  const isNamed = given !== undefined;
  const found = secretsOf(name, Object.fromEntries(absent.map((secret) => [secret, undefined])));
  const secrets = isNamed ? found.given : {};
  const missing = isNamed ? found.missing : absent;
  // They may be more than a call takes.
  for (const line of lines) print(line);
  print(...secretLines(to, source.content, absent, secrets, target));
  if (missing.length > 0 && !isWithout) {
    const told = missing.map((secret) => `${secret} (${secretVariable(name, secret)})`).join(', ');
    print(
      `${name}: ${to.name} has no value of ${told}. Set the variables${isNamed ? '' : ' and name the hook'}, or promote it without them by --without-secrets. Nothing was changed.`,
    );
    return EXIT.failed;
  }
  if (lines.length === 0 && target?.current !== undefined && Object.keys(secrets).length === 0) {
    print(`${name}: ${to.name} has it already, as revision ${String(target.current.number)}${stateOf(target.hook)}`);
    return EXIT.ok;
  }
  if (!values.yes && !(await isConfirmed(name, to))) return EXIT.failed;
  return put({ name, to, source, target, secrets, isWithout, isDraft: values.draft, isForced: values.force });
}

/** Without a name it is the hook that shapes tokens there; without a number what is deployed. */
async function sourceOf({ name, api }: Place, given: string | undefined): Promise<Source> {
  const found =
    given === undefined ? { hook: await theEnabled(name, api), at: undefined } : await theHookAt(api, given);
  const { hook } = found;
  const at = found.at ?? (await currentOf(api, hook));
  if (at === undefined)
    throw new UsageError(`Of ${hook.name} nothing is deployed at ${name}: name a revision, NAME@N.`);
  return { hook, at, content: await readContent(api, hook, at.revision) };
}

async function theEnabled(name: string, api: ApiClient): Promise<RemoteHook> {
  const hook = (await listHooks(api)).find(({ enabled }) => enabled);
  if (hook === undefined)
    throw new UsageError(`No hook is enabled at ${name}: say which one is promoted, by its name.`);
  return hook;
}

async function targetAt({ api }: Place, name: string): Promise<Target | undefined> {
  const hook = await findHook(api, name);
  if (hook === undefined) return undefined;
  const current = await currentOf(api, hook);
  return { hook, current, content: current === undefined ? undefined : await readContent(api, hook, current.revision) };
}

const currentOf = async (api: ApiClient, hook: RemoteHook): Promise<RevisionEntry | undefined> =>
  (await revisionsOf(api, hook)).find(({ current }) => current);

function secretLines(
  to: Place,
  { secrets }: Content,
  absent: readonly string[],
  given: Record<string, string>,
  target: Target | undefined,
): string[] {
  const more = (target?.content?.secrets ?? []).filter((secret) => !secrets.includes(secret));
  return [
    ...absent.map((secret) =>
      Object.hasOwn(given, secret)
        ? `secret ${secret}: ${to.name} gets the value of the environment`
        : `secret ${secret}: ${to.name} has no value of it`,
    ),
    ...more.map((secret) => `secret ${secret}: is of ${to.name} alone, and stays`),
  ];
}

async function isConfirmed(name: string, to: Place): Promise<boolean> {
  if (!process.stdin.isTTY) {
    note(`${name}: nothing was changed; --yes promotes it.`);
    return false;
  }
  const answer = await ask(`Promote ${name} to ${to.name}? [y/N] `);
  if (/^y(es)?$/i.test(answer.trim())) return true;
  note('Nothing was changed.');
  return false;
}

type Put = {
  name: string;
  to: Place;
  source: Source;
  target: Target | undefined;
  secrets: Record<string, string>;
  /** Whether secrets may lack a value. */
  isWithout: boolean;
  isDraft: boolean;
  isForced: boolean;
};

async function put({ name, to, source, target, secrets, isWithout, isDraft, isForced }: Put): Promise<ExitCode> {
  const { api } = to;
  const body = bodyOf(source.content);
  const force = isForced ? { force: true } : {};
  if (target === undefined) {
    if (isDraft) throw new UsageError(`${to.name} has no hook ${name} yet: its first revision is no draft.`);
    const content = { ...body, hookmint: { ...body.hookmint, ...force, secrets } };
    const made = { ...content, name, triggerId: 'credentials-exchange', enabled: false };
    const hook = await unlessChecksFail(name, to, api.read(Made, 'POST', '/hooks', made));
    if (hook === undefined) return EXIT.failed;
    print(`${name}: ${to.name} has it as revision 1${stateOf(hook)}`);
    return EXIT.ok;
  }
  if (isDraft) return draft({ name, to, source, target, secrets, isWithout });
  const path = `/hooks/${encodeURIComponent(target.hook.id)}`;
  const seen = await currentOf(api, target.hook);
  if (seen?.revision !== target.current?.revision) throw deployedMeanwhile(name, to, 'Nothing was changed.');
  let ifMatch = seen?.revision;
  if (Object.keys(secrets).length > 0) {
    await api.call('POST', `${path}/secrets`, secrets);
    // It is a revision of its own: of what was shown, unless somebody was quicker.
    const withSecrets = await currentOf(api, target.hook);
    const now = withSecrets === undefined ? undefined : await readContent(api, target.hook, withSecrets.revision);
    const both = [
      { name: '', content: now },
      { name: '', content: target.content },
    ] as const;
    if (differenceLines(name, ...both).length > 0)
      throw deployedMeanwhile(name, to, `It has ${Object.keys(secrets).join(', ')} now; nothing else was changed.`);
    ifMatch = withSecrets?.revision;
  }
  // From what is deployed, with its secrets, and from nothing else.
  const changed = { ...body, hookmint: { ...body.hookmint, ...force } };
  const patched = api.call('PATCH', path, changed, ifMatch).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ApiCallError && error.status === 412)
        throw deployedMeanwhile(name, to, 'Nothing more was changed.');
      throw error;
    },
  );
  if ((await unlessChecksFail(name, to, patched)) === undefined) return EXIT.failed;
  const current = await currentOf(api, target.hook);
  if (current !== undefined) sayOtherModules(to, source.content, await readContent(api, target.hook, current.revision));
  print(`${name}: ${to.name} has it as revision ${String(current?.number)}${stateOf(target.hook)}`);
  return EXIT.ok;
}

/** A revision that is deployed by somebody else, once it was rehearsed. What is live there stays as it is. */
async function draft({
  name,
  to,
  source,
  target,
  secrets,
  isWithout,
}: Omit<Put, 'isDraft' | 'isForced' | 'target'> & { target: Target }): Promise<ExitCode> {
  if (Object.keys(secrets).length > 0 && !isWithout)
    throw new UsageError(
      `A secret is of what is deployed, too: give ${to.name} its ${Object.keys(secrets).join(', ')} first, or promote the draft by --without-secrets. Nothing was changed.`,
    );
  const { api } = to;
  const path = `/hooks/${encodeURIComponent(target.hook.id)}/revisions`;
  const { number, revision } = await api.read(Drafted, 'POST', path, bodyOf(source.content));
  const drafted = await readContent(api, target.hook, revision);
  sayOtherModules(to, source.content, drafted);
  const wanted = [...source.content.secrets, ...(target.content?.secrets ?? [])];
  const lacking = [...new Set(wanted)].filter((secret) => !drafted.secrets.includes(secret));
  if (lacking.length > 0 && !isWithout) {
    print(
      `${name}: revision ${String(number)} is a draft at ${to.name}, and follows one without ${lacking.join(', ')}.`,
    );
    return EXIT.failed;
  }
  print(
    `${name}: revision ${String(number)} is a draft at ${to.name}. Rehearse it there: hookmint hook rehearse ${name}@${String(number)}`,
  );
  return EXIT.ok;
}

const deployedMeanwhile = (name: string, to: Place, what: string): UsageError =>
  new UsageError(`${name}: another revision was deployed at ${to.name} meanwhile. ${what}`);

/** The target's own executors ran them, with its secrets and network rules. */
async function unlessChecksFail<T>(name: string, to: Place, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ApiCallError && error.errorCode === 'hook_checks_failed')) throw error;
    print(...error.message.split('\n'), `${name}: ${to.name} did not deploy it; --force deploys it all the same.`);
    return undefined;
  }
}

/** Each hookmint resolves dependencies by itself. */
function sayOtherModules(to: Place, source: Content, drafted: Content): void {
  const textOf = ({ modules }: Content): string[] => modules.map(({ name, version }) => `${name} ${version}`);
  const known = new Set(textOf(source));
  const others = textOf(drafted).filter((one) => !known.has(one));
  if (others.length > 0) note(`${to.name} has other versions of modules: ${others.join(', ')}`);
}

const stateOf = ({ enabled }: RemoteHook): string =>
  enabled ? ', and it shapes tokens' : '; it shapes no token until you enable it';
