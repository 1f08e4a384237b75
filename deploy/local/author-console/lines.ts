import { frameIn, namedPositions } from '../../../hook-build/hook-file.ts';
import { DROPPED_REASONS } from '../../../shared/dropped-reasons.ts';
import type { Look, Part } from '../../../shared/terminal.ts';
import { waitedFor } from '../../../shared/waited-for.ts';
import type { Of } from './entries.ts';

export type Line = readonly Part[];

export type Sources = {
  /** The file of a hook, as its author calls it; of one that is known by its name alone, that with the ending. */
  fileOf: (hook: string, ending: string) => string;
  /** The author's code of a revision, where it is at hand. */
  codeOf: (revision: string) => string | undefined;
};

const LOOKS: Record<Of<'printed'>['level_of_hook'], Look> = {
  log: 'dim',
  info: 'dim',
  debug: 'dim',
  warn: 'yellow',
  error: 'red',
};

/** `my-hook  log  what it printed`, further lines below the first. */
export function printedLines({ hook, level_of_hook: level, text }: Of<'printed'>, { fileOf }: Sources): Line[] {
  return behind(
    hook,
    { look: LOOKS[level], text: level },
    namedPositions(text, (ending) => fileOf(hook, ending)),
  );
}

export function cutLine({ hook, lines }: Of<'cut'>): Line {
  return [...head(hook), { look: 'yellow', text: `${String(lines)} more lines within a second are not shown` }];
}

/** Where the text begins within the block of a failed run. */
const LABEL_WIDTH = 8;

/** All of a run that failed as one block: what it printed, its error, and what the client got. */
export function failedBlock(
  failed: Of<'failed'>,
  printed: readonly Of<'printed'>[],
  answer: Of<'answered'> | undefined,
  { fileOf, codeOf }: Sources,
): Line[] {
  const { name, revision } = failed.hook;
  const named = (text: string): string => namedPositions(text, (ending) => fileOf(name, ending));
  const { error, last_calls } = failed;
  const below = (label: string, look: Look, text: string): Line[] =>
    text.split(/\r\n|\n/).map((line, i) => ['  ', { look, text: (i === 0 ? label : '').padEnd(LABEL_WIDTH) }, line]);
  return [
    [...head(name), { look: 'red', text: failureOf(failed) }],
    ...printed.flatMap(({ level_of_hook: level, text }) => below(level, LOOKS[level], named(text))),
    ...(error === undefined ? [] : below('error', 'red', named(error.stack ?? `${error.name}: ${error.message}`))),
    ...frameIn(error?.stack ?? '', codeOf(revision) ?? '').flatMap((line) => below('', 'dim', `      ${line}`)),
    ...waitedFor(last_calls).flatMap((call) => below('waited', 'yellow', named(`for ${call}`))),
    ...(answer === undefined ? [] : below('client', 'bold', clientGot(answer))),
  ];
}

function failureOf({ outcome, limit, during, reason }: Of<'failed'>): string {
  return `failed: ${[outcome, limit, during, reason].filter((part) => part !== undefined).join(', ')}`;
}

function clientGot({ token_request: { error, error_description } }: Of<'answered'>): string {
  if (error === undefined) return "a token without the hook's claims, as its on_failure says";
  return `${String(error.status)} ${error.code}: ${error_description ?? ''}`;
}

/** A token request in one line, and what of a hook's result is not in the token. */
export function answeredLines({ token_request: request }: Of<'answered'>): Line[] {
  const { client_name, client_id, audience, scope, error, error_description, dropped, duration_ms } = request;
  const runs = [...(request.hook === undefined ? [] : [request.hook]), ...request.actions];
  const by = runs.at(-1)?.name ?? 'hook';
  const what = error === undefined ? `[${scope ?? ''}]` : `${error.code}: ${error_description ?? ''}`;
  return [
    ...dropped.map(({ kind, name, reason }): Line => [
      ...head(by),
      { look: 'yellow', text: `dropped ${kind} ${name}: ${DROPPED_REASONS[reason]}` },
    ]),
    ...(request.scope_changes?.removed ?? []).map((name): Line => [
      ...head(by),
      { look: 'yellow', text: `removed scope ${name}, which the client was granted` },
    ]),
    [
      ...head('token'),
      { look: error === undefined ? 'green' : 'red', text: String(error?.status ?? 200) },
      `  ${client_name ?? client_id ?? 'an unknown client'} -> ${audience ?? 'no API'}  ${what}`,
      { look: 'dim', text: `  ${duration_ms.toFixed(0)} ms` },
    ],
  ];
}

const head = (name: string): Part[] => [{ look: 'cyan', text: name }, '  '];

function behind(name: string, label: { look: Look; text: string }, text: string): Line[] {
  const indent = ' '.repeat(name.length + label.text.length + 4);
  return text.split(/\r\n|\n/).map((line, i) => (i === 0 ? [...head(name), label, `  ${line}`] : [`${indent}${line}`]));
}
