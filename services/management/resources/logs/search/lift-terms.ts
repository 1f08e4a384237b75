import type { ApiError } from '../../../api/api-error.ts';
import { MAX_DEPTH, searchError, tooDeep } from './search-error.ts';
import type { Term } from './term.ts';

/** What a value may be, and the parts of a search between them, tried in this order wherever the part before ended. */
const VALUE =
  '(?<range>[[{](?:[^\\]}"]|"[^"]*")*[\\]}])|(?<compare>>=|<=|>|<)?(?:(?<quoted>"(?:\\\\.|[^"\\\\])*")|(?<bare>(?![[{])(?:\\\\.|[^\\s()"\\\\])+))';
const BETWEEN =
  '(?<space>\\s+)|(?<bracket>[()])|(?<operator>(?:AND|OR|NOT)(?![^\\s()])|-(?=[\\w(]))|(?<field>[\\w.$]+):';
const AFTER_FIELD = `(?<bracket>\\()|${VALUE}`;
const ANYWHERE = `${BETWEEN}|${VALUE}`;

const RANGE = /^[[{]\s*("[^"]*"|\S+)\s+TO\s+("[^"]*"|\S+?)\s*[\]}]$/u;

type Part = Partial<
  Record<'space' | 'bracket' | 'operator' | 'field' | 'range' | 'compare' | 'quoted' | 'bare', string>
>;

/**
 * Takes the terms (`field:value`) out of a search in Lucene's syntax, and leaves `t:0`, `t:1`… in their places: values hold what
 * the grammar of the logic does not take, such as dates, addresses and URLs. Values in brackets are given their field:
 * `type:(a OR b)`.
 *
 * @throws {ApiError} 400
 */
export function liftTerms(search: string): { logic: string; terms: Term[] } {
  const terms: Term[] = [];
  /** The field before the bracket, for each that is open. */
  const open: (string | undefined)[] = [];
  let field: string | undefined;
  let logic = '';

  const lift = (value: Term['value']): void => {
    const of = field ?? open.at(-1);
    if (of === undefined) throw searchError('name a field for each value, as in type:feccft AND client_id:"…"');
    logic += ` t:${String(terms.push({ field: of, value }) - 1)} `;
    field = undefined;
  };

  for (let at = 0; at < search.length;) {
    const { part, end } = partAt(search, at, field);
    at = end;
    if (part.field !== undefined) field = part.field;
    else if (part.bracket === '(') {
      if (open.push(field ?? open.at(-1)) > MAX_DEPTH) throw tooDeep();
      field = undefined;
      logic += ' ( ';
    } else if (part.bracket === ')') {
      open.pop();
      logic += ' ) ';
    } else if (part.operator !== undefined) logic += part.operator === '-' ? ' NOT ' : ` ${part.operator} `;
    else if (part.space === undefined) lift(valueOf(part));
  }
  if (field !== undefined) throw missingAfter(field);
  return { logic: logic.replaceAll(/\s+/g, ' ').trim(), terms };
}

/** @param field That a value has to follow, if any. */
function partAt(search: string, at: number, field: string | undefined): { part: Part; end: number } {
  const parts = new RegExp(field === undefined ? ANYWHERE : AFTER_FIELD, 'suy');
  parts.lastIndex = at;
  const { groups } = parts.exec(search) ?? {};
  if (groups !== undefined) return { part: groups, end: parts.lastIndex };
  if (field !== undefined && /^(\s|$)/.test(search.slice(at, at + 1))) throw missingAfter(field);
  throw searchError(`the part that begins with ${search.slice(at, at + 16)} is not understood`);
}

const missingAfter = (field: string): ApiError => searchError(`a value is missing after ${field.slice(0, 64)}:`);

function valueOf({ range, compare, quoted, bare = '' }: Part): Term['value'] {
  if (range !== undefined) return rangeOf(range);
  const text = unescaped(quoted === undefined ? bare : quoted.slice(1, -1));
  if (compare !== undefined) return { kind: 'compare', operator: compare as '>', text };
  if (quoted !== undefined) return { kind: 'exact', text };
  const wildcard = /(?<!\\)[*?]/.exec(bare);
  if (wildcard === null) return { kind: 'exact', text };
  if (wildcard[0] === '*' && wildcard.index === bare.length - 1) return { kind: 'prefix', text: text.slice(0, -1) };
  throw searchError('the only wildcard is * at the end of a value; put a value with * or ? in quotes');
}

function rangeOf(text: string): Term['value'] {
  const [, from, to] = RANGE.exec(text) ?? [];
  if (from === undefined || to === undefined) throw searchError('a range is written as [2026-01-01 TO *]');
  const unquoted = (end: string): string => end.replaceAll('"', '');
  return {
    kind: 'range',
    from: unquoted(from),
    to: unquoted(to),
    fromIncluded: text.startsWith('['),
    toIncluded: text.endsWith(']'),
  };
}

const unescaped = (text: string): string => text.replaceAll(/\\(.)/gsu, '$1');
