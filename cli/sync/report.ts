import { secretVariable } from './secret-values.ts';
import type { Step } from './step.ts';

const MARKS: Readonly<Record<Step['does'], string>> = { create: '+', update: '~', delete: '-', keep: '=', skip: '!' };

/** One line for each step, and below it what to know of it. */
export function planLines(steps: readonly Step[], ignored: readonly string[]): string[] {
  const lines = steps.flatMap(({ kind, name, does, members, notes, losses, missingSecrets }) => [
    `${MARKS[does]} ${kind} ${name}${members.length === 0 ? '' : `: ${members.join(', ')}`}`,
    ...losses.map((loss) => `    LOSS ${loss}`),
    ...notes.map((note) => `    ${note}`),
    ...missingSecrets.map((secret) => `    needs a value for its secret ${secret} (${secretVariable(name, secret)})`),
  ]);
  const count = (what: Step['does']): string => String(steps.filter(({ does }) => does === what).length);
  return [
    ...lines,
    ...(ignored.length === 0 ? [] : [`! not for hookmint: ${ignored.join(', ')}`]),
    '',
    `${count('create')} to create (+), ${count('update')} to update (~), ${count('delete')} to delete (-), ` +
      `${count('keep')} as they are (=), ${count('skip')} skipped (!)`,
  ];
}

/** The same as an object, for programs. */
export function planJson(steps: readonly Step[], ignored: readonly string[]): object {
  return {
    steps: steps.map(({ kind, name, does, members, notes, losses, missingSecrets }) => ({
      kind,
      name,
      does,
      members,
      notes,
      losses,
      missing_secrets: missingSecrets,
    })),
    ignored,
  };
}
