import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ApiError } from '../../services/management/api/api-error.ts';
import { filterOfSearch } from '../../services/management/resources/logs/search/filter-of-search.ts';

const day = (text: string): Date => new Date(`${text}T00:00:00Z`);

const UNDERSTOOD: Record<string, object> = {
  '': {},
  '  ': {},
  'type:feccft': { type: { $eq: 'feccft' } },
  'type:"feccft"': { type: { $eq: 'feccft' } },
  'log_id:0123456789012345678901234567': { _id: { $eq: '0123456789012345678901234567' } },
  'ip:127.0.0.1': { ip: { $eq: '127.0.0.1' } },
  'audience:https://api.example.com/': { audience: { $eq: 'https://api.example.com/' } },
  'audience:https\\:\\/\\/api': { audience: { $eq: 'https://api' } },
  'client_name:"say \\"hi\\" (now) OR never"': { client_name: { $eq: 'say "hi" (now) OR never' } },
  'client_name:Demo\\ M2M': { client_name: { $eq: 'Demo M2M' } },
  'user_agent:curl/8*': { user_agent: { $gte: 'curl/8', $lt: 'curl/8\u{10FFFF}' } },
  'client_name:"a*"': { client_name: { $eq: 'a*' } },
  'client_name:a\\*': { client_name: { $eq: 'a*' } },
  'audience:*': { audience: { $exists: true } },
  'date:[2026-01-01 TO *]': { date: { $gte: day('2026-01-01') } },
  'date:[2026-01-01 TO 2026-01-31]': { date: { $gte: day('2026-01-01'), $lt: day('2026-02-01') } },
  'date:{2026-01-01 TO 2026-01-31}': { date: { $gte: day('2026-01-02'), $lt: day('2026-01-31') } },
  'date:["2026-01-01T10:00:00Z" TO *}': { date: { $gte: new Date('2026-01-01T10:00:00Z') } },
  'date:2026-01-01T10:00:00.5+01:00': {
    date: { $gte: new Date('2026-01-01T09:00:00.500Z'), $lt: new Date('2026-01-01T09:00:00.501Z') },
  },
  'date:>2026-01-01': { date: { $gte: day('2026-01-02') } },
  'date:>=2026-01-01': { date: { $gte: day('2026-01-01') } },
  'date:<2026-01-01': { date: { $lt: day('2026-01-01') } },
  'date:<=2026-01-01': { date: { $lt: day('2026-01-02') } },
  'log_id:>5': { _id: { $gt: '5' } },
  'type:a client_id:b': { $and: [{ type: { $eq: 'a' } }, { client_id: { $eq: 'b' } }] },
  'type:a AND client_id:b AND ip:c': {
    $and: [{ type: { $eq: 'a' } }, { client_id: { $eq: 'b' } }, { ip: { $eq: 'c' } }],
  },
  'type:(a OR b)': { $or: [{ type: { $eq: 'a' } }, { type: { $eq: 'b' } }] },
  'NOT type:a': { $nor: [{ type: { $eq: 'a' } }] },
  '-type:a': { $nor: [{ type: { $eq: 'a' } }] },
  'NOT (type:a OR ip:b)': { $nor: [{ $or: [{ type: { $eq: 'a' } }, { ip: { $eq: 'b' } }] }] },
  'ip:c AND (type:a OR type:b)': {
    $and: [{ ip: { $eq: 'c' } }, { $or: [{ type: { $eq: 'a' } }, { type: { $eq: 'b' } }] }],
  },
  'type:AND': { type: { $eq: 'AND' } },
  'client_id:a-b_c': { client_id: { $eq: 'a-b_c' } },
};

const REFUSED: Record<string, RegExp> = {
  'scope:a': /the field scope cannot be searched; these can: log_id, date, type, client_id, client_name/,
  '__proto__:a': /__proto__ cannot be searched/,
  '$where:a': /\$where cannot be searched/,
  'details.hook:a': /details\.hook cannot be searched/,
  seccft: /name a field/,
  '(a OR b)': /name a field/,
  'type:': /a value is missing after type:/,
  'type: a': /a value is missing after type:/,
  '()': /a value is missing/,
  'type:a OR type:b AND ip:c': /put brackets around/,
  'type:a type:b OR ip:c': /put brackets around/,
  'type:a AND': /do not match/,
  '(type:a': /do not match/,
  'type:a)': /do not match/,
  'type:a*b': /the only wildcard is \*/,
  'type:a?': /the only wildcard is \*/,
  'type:"a': /the part that begins with .* is not understood/,
  'date:yesterday': /yesterday is not a date; write it as 2026-01-31/,
  'date:2026-13-01': /2026-13-01 is not a date/,
  'date:2026*': /a date cannot have a wildcard/,
  'date:[a TO b TO c]': /is not a date|a range is written/,
  'date:[2026-01-01]': /a range is written as/,
  [Array(40).fill('type:a').join(' ')]: /at most 32 terms/,
  ['('.repeat(40) + 'type:a' + ')'.repeat(40)]: /at most 16 levels deep/,
};

/** Of this process alone: what else the machine does takes none of it. */
function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe('a search of logs', () => {
  for (const [search, filter] of Object.entries(UNDERSTOOD)) {
    it(search === '' ? 'without text' : search, () => assert.deepEqual(filterOfSearch(search), filter));
  }
  for (const [search, message] of Object.entries(REFUSED)) {
    it(`refuses ${search.slice(0, 60)}`, () => {
      assert.throws(() => filterOfSearch(search), {
        name: 'ApiError',
        status: 400,
        errorCode: 'invalid_query_string',
        message,
      });
    });
  }

  it('gives a filter or a clear refusal for any text, in less than a second', () => {
    const token = fc.constantFrom(
      'type:',
      'date:',
      'a',
      '(',
      ')',
      ' ',
      ' AND ',
      ' OR ',
      'NOT ',
      '-',
      '"',
      '\\',
      '*',
      '[',
      ' TO ',
      ']',
      '{',
      '}',
      '>',
      '$',
      '/',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(token, { maxLength: 150 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (search) => {
        const before = process.cpuUsage();
        try {
          filterOfSearch(search);
        } catch (error) {
          assert.ok(error instanceof ApiError && error.status === 400, String(error));
        }
        assert.ok(cpuMsSince(before) < 1_000);
      }),
      { numRuns: 200 },
    );
  });

  it('holds no operator of the searcher’s: values stay values', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 50 }), (value) => {
        const quoted = `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
        assert.deepEqual(filterOfSearch(`client_name:${quoted}`), { client_name: { $eq: value } });
      }),
    );
  });

  it('is fast for the longest text of any one kind', () => {
    for (const piece of [
      '(',
      ')',
      '-',
      'NOT ',
      'type:a ',
      'a',
      '"',
      '\\',
      '[',
      '[[',
      'type:[',
      '[a TO ',
      ' ',
      'type:a  AND  ',
      'type:(',
    ]) {
      const before = process.cpuUsage();
      assert.throws(() => filterOfSearch(piece.repeat(Math.floor(2_048 / piece.length)) + '~:x'), ApiError, piece);
      const tookMs = cpuMsSince(before);
      assert.ok(tookMs < 1_000, `${piece} took ${String(tookMs)} ms`);
    }
  });
});
