import type { Filter } from 'mongodb';
import { INDEXED_LOG_FIELDS, LOOKED_UP_LOG_FIELDS, type LogFilter } from '../../../../../shared/store/logs.ts';
import { searchError } from './search-error.ts';

/** What stands after `field:`, as `lift-terms.ts` finds it. */
export type Term = { field: string; value: Value };
type Value =
  | { kind: 'exact'; text: string }
  | { kind: 'prefix'; text: string }
  | { kind: 'compare'; operator: '>' | '>=' | '<' | '<='; text: string }
  | { kind: 'range'; from: string; to: string; fromIncluded: boolean; toIncluded: boolean };

const LOOKED_UP: ReadonlySet<string> = new Set(LOOKED_UP_LOG_FIELDS);
const FIELDS: ReadonlySet<string> = new Set(['log_id', 'date', ...INDEXED_LOG_FIELDS, ...LOOKED_UP_LOG_FIELDS]);

/** Greater than every text that begins alike. */
const HIGHEST_CHARACTER = '\u{10FFFF}';

/** Made of ranges and equality only, so that an index serves each; no pattern is ever made of what was sent. */
export function filterOfTerm({ field, value }: Term): LogFilter {
  if (!FIELDS.has(field)) {
    throw searchError(`the field ${field.slice(0, 64)} cannot be searched; these can: ${[...FIELDS].join(', ')}`);
  }
  if (LOOKED_UP.has(field) && value.kind !== 'exact' && !(value.kind === 'prefix' && value.text === '')) {
    throw searchError(`${field} is compared with a whole value, or with *`);
  }
  if (field === 'date') return { date: dateCondition(value) };
  return { [field === 'log_id' ? '_id' : field]: textCondition(value) };
}

function textCondition(value: Value): object {
  switch (value.kind) {
    case 'exact':
      return { $eq: value.text };
    case 'prefix':
      return value.text === '' ? { $exists: true } : { $gte: value.text, $lt: value.text + HIGHEST_CHARACTER };
    case 'compare':
      return { [OPERATORS[value.operator]]: value.text };
    case 'range':
      return rangeOf(value, (text) => text);
  }
}

function dateCondition(value: Value): Filter<Date> {
  switch (value.kind) {
    case 'exact': {
      const { start, end } = momentOf(value.text);
      return { $gte: start, $lt: end };
    }
    case 'prefix':
      if (value.text === '') return { $exists: true };
      throw searchError('a date cannot have a wildcard; use a range, as in date:[2026-01-01 TO *]');
    case 'compare': {
      const { start, end } = momentOf(value.text);
      // A day is later than another when all of it is.
      if (value.operator === '>') return { $gte: end };
      if (value.operator === '<=') return { $lt: end };
      return { [OPERATORS[value.operator]]: start };
    }
    case 'range': {
      const { from, to, fromIncluded, toIncluded } = value;
      return {
        ...(from === '*' ? {} : { $gte: fromIncluded ? momentOf(from).start : momentOf(from).end }),
        ...(to === '*' ? {} : { $lt: toIncluded ? momentOf(to).end : momentOf(to).start }),
        ...(from === '*' && to === '*' ? { $exists: true } : {}),
      };
    }
  }
}

const OPERATORS = { '>': '$gt', '>=': '$gte', '<': '$lt', '<=': '$lte' } as const;

function rangeOf(range: Extract<Value, { kind: 'range' }>, parse: (text: string) => unknown): object {
  return {
    ...(range.from === '*' ? {} : { [range.fromIncluded ? '$gte' : '$gt']: parse(range.from) }),
    ...(range.to === '*' ? {} : { [range.toIncluded ? '$lte' : '$lt']: parse(range.to) }),
    ...(range.from === '*' && range.to === '*' ? { $exists: true } : {}),
  };
}

const DAY_MS = 86_400_000;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** A day in UTC, or one millisecond: its start, and the start of what follows. */
function momentOf(text: string): { start: Date; end: Date } {
  const isDay = ISO_DATE.test(text);
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text);
  const startMs = isDay || ISO_TIME.test(text) ? Date.parse(isDay || hasZone ? text : `${text}Z`) : NaN;
  const day = text.slice(0, 10);
  // A day that no calendar has, such as the 31st of February, is read as one after it.
  if (Number.isNaN(startMs) || !new Date(day).toISOString().startsWith(day)) {
    throw searchError(`${text.slice(0, 64)} is not a date; write it as 2026-01-31 or 2026-01-31T12:00:00Z`);
  }
  return { start: new Date(startMs), end: new Date(startMs + (isDay ? DAY_MS : 1)) };
}
