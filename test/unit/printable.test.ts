import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { prettyLines } from '../../shared/log-pretty.ts';
import { printable, printableLines } from '../../shared/printable.ts';
import { holds } from './property.ts';

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const COLOURS = /\u001b\[\d+m/g;
const anyText = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    fc.constantFrom('\n', '\r', '\t', '\u001b', '\u009b', '\u2028'),
  ),
});

describe('printable', () => {
  it('writes as in JSON what a terminal would obey or not show, and leaves the rest', () => {
    assert.equal(
      printable('a\tb é 漢字 🙂 \\n \u001b[2J\u009b\u0085\u007f\u2028\u202e\u200b\ufeff\u{e0041}\ud800\r\n'),
      'a\tb é 漢字 🙂 \\n \\u001b[2J\\u009b\\u0085\\u007f\\u2028\\u202e\\u200b\\ufeff\\udb40\\udc41\\ud800\\r\\n',
    );
    assert.deepEqual(printableLines('a\r\nb\nc\rd'), ['a', 'b', 'c\\rd']);
  });
});

holds(
  'printable leaves nothing unseen but the tab, and changes no value of JSON',
  500,
  fc.property(anyText, (text) => {
    assert.doesNotMatch(printable(text).replaceAll('\t', ''), UNSEEN);
    assert.equal(JSON.parse(printable(JSON.stringify(text))), text);
  }),
);

holds(
  'an entry of the log for people has no command but its colours, and no line of another’s without an indentation',
  500,
  fc.property(anyText, (text) => {
    const error = { type: text, message: text, stack: `Error: ${text}\n${text}`, [text]: text };
    const entry = { level: 30, time: 1, msg: text, hook: { [text]: [text] }, [`a${text}`]: text, error };
    const lines = prettyLines(JSON.stringify(entry));
    for (const line of lines) assert.doesNotMatch(line.replace(COLOURS, '').replaceAll('\t', ''), UNSEEN);
    assert.deepEqual(
      lines.slice(1).filter((line) => !/^\s{2}/.test(line)),
      [],
    );
  }),
);

it('a line that is no entry of the log is one printable line', () => {
  assert.deepEqual(prettyLines('Error: x\u001b[2J'), ['Error: x\\u001b[2J']);
  assert.deepEqual(prettyLines('{"msg":"\\n"}'), ['{"msg":"\\n"}']);
});
