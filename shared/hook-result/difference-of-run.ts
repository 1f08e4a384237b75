import { diff, isDeepStrictEqual } from 'node:util';
import type { Expectation } from '../domain/hook-check.ts';
import type { HookOutcome } from '../domain/hook-outcome.ts';
import type { Judgement } from './judge-outcome.ts';

type Run = Judgement & {
  outcome: { status: HookOutcome['status'] };
  console: HookOutcome['console'];
  /** Of a webhook, as the server in the place of its endpoint had them. */
  requests?: readonly object[];
};

/** The difference between what a case expects and what came, as lines for people; `undefined` for none. */
export function differenceOf(run: Run, expect: Expectation): string | undefined {
  const looked: Record<string, unknown> = {
    scope: run.token?.scope,
    claims: run.token?.claims,
    dropped: run.dropped.map((one, i) => picked(one, expect.dropped?.[i])),
    error: run.answer === null ? null : picked(run.answer, expect.error),
    outcome: run.outcome.status,
    console: run.console.map(({ text }) => text),
    requests: run.requests?.map((request, i) => alike(request, expect.requests?.[i])),
  };
  // A token that is not issued is a difference wherever no error is expected.
  const expected: Record<string, unknown> = { error: null, ...expect };
  const actual = Object.fromEntries(Object.keys(expected).map((key) => [key, looked[key]]));
  const [is, should] = [linesOf(actual), linesOf(expected)];
  if (isDeepStrictEqual(is, should)) return undefined;
  if (is.length + should.length > MAX_COMPARED_LINES)
    return `expected:\n${beginning(should)}\nactual:\n${beginning(is)}`;
  const lines = diff(is, should);
  const marks = new Map([
    [1, '+'],
    [-1, '-'],
  ]);
  return ['- expected, + actual', ...lines.map(([mark, line]) => `${marks.get(mark) ?? ' '} ${line}`)].join('\n');
}

/** What comparison takes grows with the square of the lines, and a hook's result may have many. */
const MAX_COMPARED_LINES = 1_000;
const MAX_SHOWN_LINES = 50;

const beginning = (lines: readonly string[]): string =>
  [...lines.slice(0, MAX_SHOWN_LINES), ...(lines.length > MAX_SHOWN_LINES ? ['…'] : [])].join('\n');

/** JSON as people write it, each value's members in one order. */
function linesOf(value: unknown): string[] {
  const ordered = (_: string, member: unknown): unknown =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member;
  return JSON.stringify(value, ordered, 2).split('\n');
}

/** Of an object only what is expected of it; all of it when nothing is. */
function picked(value: object, expected: object | undefined): object {
  if (expected === undefined) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key in expected));
}

/** Of a value with objects in it the members that are expected, at each level; lists as a whole. */
function alike(value: unknown, expected: unknown): unknown {
  if (!isRecord(value) || !isRecord(expected)) return value;
  return Object.fromEntries(
    Object.entries(expected).flatMap(([name, one]) => (name in value ? [[name, alike(value[name], one)]] : [])),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
