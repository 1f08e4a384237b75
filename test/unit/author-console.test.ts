import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createAuthorConsole } from '../../deploy/local/author-console/author-console.ts';
import type { Line } from '../../deploy/local/author-console/lines.ts';

const textOf = (line: Line): string => line.map((part) => (typeof part === 'string' ? part : part.text)).join('');

/** An author's console, and what it shows. */
function opened() {
  const shown: string[] = [];
  const take = createAuthorConsole(
    {
      fileOf: (hook, ending) => `${hook}.${ending}`,
      codeOf: (revision) => (revision === 'r' ? 'one\ntwo\nthrow new Error();\n' : undefined),
    },
    (lines) => shown.push(...lines.map(textOf)),
  );
  const hear = (entry: object): boolean =>
    take(JSON.stringify({ level: 30, ...entry }), () => shown.push(`as it is: ${JSON.stringify(entry)}`));
  return { shown, hear };
}

const printed = (trace_id: string, text: string, level_of_hook = 'log') => ({
  trace_id,
  msg: 'hook console',
  hook: 'mine',
  level_of_hook,
  text,
});
const answered = (trace_id: string, more: object = {}) => ({
  trace_id,
  msg: 'a token request was answered',
  token_request: { client_name: 'C', audience: 'https://a/', scope: 'a b', duration_ms: 4.4, ...more },
});
const failed = (trace_id: string, revision = 'another') => ({
  trace_id,
  msg: 'a hook run failed',
  hook: { name: 'mine', id: 'i', revision },
  outcome: 'threw',
  during: 'run',
  error: { name: 'Error', message: 'e', stack: 'Error: e\n    at hook.ts:3:1' },
});
const FAILURE = { error: { code: 'server_error', status: 500 }, error_description: 'It failed' };
const settled = (): Promise<void> => delay(150);

test('each token request is told together, whichever service tells first', async () => {
  const { shown, hear } = opened();
  assert(hear(printed('1', 'one')));
  assert(hear(answered('2')));
  assert(hear(printed('2', 'two\nlines', 'error')));
  assert(hear(answered('1')));
  await settled();
  assert.deepEqual(shown, [
    'mine  error  two',
    '             lines',
    'token  200  C -> https://a/  [a b]  4 ms',
    'mine  log  one',
    'token  200  C -> https://a/  [a b]  4 ms',
  ]);
});

test('a run that failed is one block, in whatever order its parts come', async () => {
  const block = [
    'mine  failed: threw, run',
    '  log     before',
    '  error   Error: e',
    '              at mine.ts:3:1',
    '  client  500 server_error: It failed',
  ];
  const parts = [
    printed('1', 'before'),
    failed('1'),
    answered('1', FAILURE),
    { trace_id: '1', msg: 'a request failed' },
  ];
  for (const order of [parts, parts.toReversed()]) {
    const { shown, hear } = opened();
    for (const part of order) assert(hear(part));
    await settled();
    assert.deepEqual(shown, block);
  }
});

test('the line where it failed is shown, of the code that ran and of no other', async () => {
  const { shown, hear } = opened();
  hear(failed('1', 'r'));
  hear(answered('1', FAILURE));
  await settled();
  assert.deepEqual(shown.slice(1, 5), [
    '  error   Error: e',
    '              at mine.ts:3:1',
    '                3 | throw new Error();',
    '                  | ^',
  ]);
});

test('what a service says is shown as it is where no line of a request says it', async () => {
  const { shown, hear } = opened();
  assert.equal(hear({ msg: 'listening' }), false);
  assert(hear({ trace_id: '1', msg: 'a request failed' }));
  assert(hear(answered('1', FAILURE)));
  await settled();
  assert.deepEqual(shown, [
    'token  500  C -> https://a/  server_error: It failed  4 ms',
    'as it is: {"trace_id":"1","msg":"a request failed"}',
  ]);
});

test('a denial that clients get as a failure is told in one line', async () => {
  const { shown, hear } = opened();
  const hook = { id: 'i', name: 'mine', revision: 'r', outcome: 'denied', cpu_ms: 1, wall_ms: 1 };
  hear({ trace_id: '1', msg: 'a request failed' });
  hear(answered('1', { ...FAILURE, hook }));
  await settled();
  assert.deepEqual(shown, ['token  500  C -> https://a/  server_error: It failed  4 ms']);
});

test('what a gateway never answers is told all the same', async () => {
  const { shown, hear } = opened();
  hear(printed('1', 'alone'));
  await delay(1_800);
  assert.deepEqual(shown, ['mine  log  alone']);
});

test('requests with the trace of their caller are each told of', async () => {
  const { shown, hear } = opened();
  for (let i = 0; i < 3; i++) hear(answered('same'));
  await settled();
  assert.equal(shown.length, 3);
});
