import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { auditGaps } from '../../services/management/logs/audit-gaps.ts';
import { eventsProofKey, provedPlace, proveEvents, type EventsPlace } from '../../shared/bus/events-proof.ts';

const place = (number: number, more: Partial<EventsPlace> = {}): EventsPlace => ({
  publisher: 'one',
  beganMs: 100,
  number,
  dropped: 0,
  ...more,
});
const read = { born_ms: 50, sequence: 7, publishers_since_ms: 60 };
const known = { number: 3, dropped: 2 };
const gapsOf = (more: Partial<EventsPlace> & { number: number }, sequence = 8, bornMs = 50) =>
  auditGaps(read, known, { bornMs, sequence, place: place(more.number, { dropped: 2, ...more }) });

describe('gaps of the audit', () => {
  it('show in the numbers of a publisher where those of the stream were made good', () => {
    assert.deepEqual(gapsOf({ number: 4 }), []);
    assert.deepEqual(gapsOf({ number: 6 }), [{ kind: 'removed', publisher: 'one', first: 4, last: 5 }]);
  });

  it('are none where a message comes once more, or is stored twice', () => {
    assert.deepEqual(gapsOf({ number: 3 }, 7), []);
    assert.deepEqual(gapsOf({ number: 2 }, 5), []);
    assert.deepEqual(gapsOf({ number: 3 }), []);
    assert.deepEqual(gapsOf({ number: 3 }, 9, 40), []);
  });

  it('of a new publisher begin with its first message, unless it is older than what is known', () => {
    const first = (beganMs: number) =>
      auditGaps(read, undefined, { bornMs: 50, sequence: 8, place: place(3, { beganMs }) });
    assert.deepEqual(first(100), [{ kind: 'removed', publisher: 'one', first: 1, last: 2 }]);
    assert.deepEqual(first(59), []);
  });

  it('show where numbers of the stream come again', () => {
    assert.deepEqual(gapsOf({ number: 4 }, 6), [{ kind: 'put_back', from: 7, to: 6 }]);
    assert.deepEqual(gapsOf({ number: 4 }, 1, 40), [{ kind: 'anew' }]);
  });
});

describe('the proof of events', () => {
  const [key, subject, member] = [
    createSecretKey(randomBytes(32)),
    'hookmint.demo.token.issued',
    '"events":[{"id":"é"}]',
  ];
  const text = proveEvents(key, subject, place(7), member);
  const proved = (given: string, of = subject, by = key) => provedPlace(by, of, Buffer.from(given));

  it('tells the place, and is read as JSON', () => {
    assert.deepEqual(proved(text), place(7));
    assert.deepEqual((JSON.parse(text) as { events: unknown }).events, [{ id: 'é' }]);
  });

  for (const [what, given] of [
    ['no proof', `{${member}}`],
    ['another number', text.replace(' 7 ', ' 8 ')],
    ['another publisher', text.replace('one', 'two')],
    ['another count of losses', text.replace(' 0 ', ' 1 ')],
    ['another content', text.replace('é', 'e')],
    ['content behind it', `${text} `],
    ['nothing', ''],
  ] as const) {
    it(`is none with ${what}`, () => assert.equal(proved(given), undefined));
  }

  it('is none of another kind or tenant, and under another key', () => {
    assert.equal(proved(text, 'hookmint.demo.token.denied'), undefined);
    assert.equal(proved(text, 'hookmint.other.token.issued'), undefined);
    assert.equal(proved(text, subject, eventsProofKey(randomBytes(32))), undefined);
  });
});
