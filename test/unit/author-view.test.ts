import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '@jridgewell/sourcemap-codec';
import { DEFAULT_HOOK_LIMITS, HookRevision } from '../../shared/domain/hook.ts';
import { NOT_RUN } from '../../shared/domain/hook-outcome.ts';
import { asAuthorSees } from '../../services/hook-executor/author-view.ts';

/** The author's first two lines are the script's third and fourth. */
const MAP = JSON.stringify({
  version: 3,
  sources: ['hook.js'],
  names: [],
  mappings: encode([[], [], [[0, 0, 0, 0]], [[0, 0, 1, 0]]]),
});

function seen(stack: string, of: object = {}): string | undefined {
  const known = { hook_id: 'h', code: 'x', limits: DEFAULT_HOOK_LIMITS, revision: 'r', ...of };
  const revision = HookRevision.parse(known);
  const runnable = { revision: 'r', script: 'x', kind: 'hook' as const, secrets: {}, limits: DEFAULT_HOOK_LIMITS };
  const error = { name: 'Error', message: 'e', stack };
  const { outcome } = asAuthorSees({ status: 'threw', during: 'run', error, ...NOT_RUN }, { revision, runnable });
  return 'error' in outcome ? outcome.error.stack : undefined;
}

const bundled = { build: { script: 'x', source_map: MAP, modules: [] } };
const STACK = [
  'Error: e',
  '    at forEach (hook.js:1:5)',
  '    at map (hook.js:2:9)',
  '    at mine (hook.js:3:7)',
  '    at Array.map (<anonymous>)',
  '    at hook.js:4:2',
  '    at hookmint:runtime:9:1',
  '    at hook.js:7:1',
].join('\n');

test('lines of modules are one in a stack, before the author’s and after them', () => {
  const expected = [
    'Error: e',
    '    at … (2 lines of modules)',
    '    at mine (hook.js:1:7)',
    '    at Array.map (<anonymous>)',
    '    at hook.js:2:2',
    '    at … (1 line of modules)',
  ];
  assert.equal(seen(STACK, bundled), expected.join('\n'));
});

test('a file of TypeScript is called so, and code without modules has its own lines', () => {
  assert.match(seen(STACK, { ...bundled, language: 'typescript' }) ?? '', /^ {4}at mine \(hook\.ts:1:7\)$/m);
  assert.equal(seen('Error: e\n    at hook.js:7:1'), 'Error: e\n    at hook.js:7:1');
});
