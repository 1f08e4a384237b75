import { createTwoFilesPatch } from 'diff';
import { settingsOf, type Content } from './content.ts';

/** Texts that have less in common are told by their size: comparing takes the square of it in time and memory. */
const MAX_EDITS = 2_000;

type Side = { name: string; content: Content | undefined };

/** Lines of what changes at the target: code, checks, settings; none where all is the same. */
export function differenceLines(hook: string, from: Side, to: Side): string[] {
  return (
    [
      [`${hook}.js`, ({ script }: Content) => script],
      [`${hook} checks`, ({ checks }: Content) => json(checks)],
      [`${hook} settings`, (content: Content) => json(settingsOf(content))],
    ] as const
  ).flatMap(([file, textOf]) => {
    const [before, after] = [to, from].map(({ content }) => (content === undefined ? '' : textOf(content)));
    return patchLines(file, [to.name, before ?? ''], [from.name, after ?? '']);
  });
}

function patchLines(file: string, [toName, before]: [string, string], [fromName, after]: [string, string]): string[] {
  if (before === after) return [];
  // Nothing to compare it with, however long it is.
  if (before === '')
    return [
      `--- ${toName}`,
      `+++ ${fromName}`,
      ...after
        .trimEnd()
        .split('\n')
        .map((line) => `+${line}`),
    ];
  const patch = createTwoFilesPatch(file, file, before, after, toName, fromName, { maxEditLength: MAX_EDITS });
  if (patch === undefined) {
    const sizeOf = (text: string): string => `${String(Buffer.byteLength(text))} bytes`;
    return [`${file}: another text, ${sizeOf(after)} in the place of ${sizeOf(before)}`];
  }
  return patch.trimEnd().split('\n');
}

/** Members in one order: two services may tell them in different ones. */
const json = (value: unknown): string => `${JSON.stringify(sorted(value), null, 2)}\n`;

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}
