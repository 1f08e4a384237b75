import './quiet.ts';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { openSandboxPool, type SandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { buildHook } from '../../hook-build/build-hook.ts';
import { hookArguments, revisionOf } from '../attacks/sandbox.ts';
import { DIFFERENCES } from './node-differences.ts';
import { EXPRESSIONS, MODULES } from './node-expressions.ts';

// Thousands of expressions, made of what functions take and what they do not: a value, or an error's name and code, in a hook as in Node.

const LONGEST_ANSWER = 400;
const ANSWER = `async (expression) => {
  const shown = (value, depth = 0) =>
    depth > 4 ? '…' : ArrayBuffer.isView(value) ? ['bytes', Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)).join()]
    : Array.isArray(value) ? value.map((item) => shown(item, depth + 1))
    : value instanceof Date ? String(Number(value))
    : typeof value === 'object' && value !== null ? Object.entries(value).map(([k, v]) => [k, shown(v, depth + 1)])
    : typeof value === 'function' ? 'function'
    : typeof value === 'string' || typeof value === 'boolean' ? value : Object.is(value, -0) ? '-0' : String(value);
  let answer;
  try {
    answer = JSON.stringify(shown(await eval(expression)));
  } catch (error) {
    answer = JSON.stringify(['error', error?.name, error?.code]);
  }
  return answer.length <= ${LONGEST_ANSWER} ? answer : answer.slice(0, ${LONGEST_ANSWER}) + answer.length;
}`;
const EXPRESSIONS_PER_RUN = 400;
const LIMITS = { cpu_ms: 10_000, wall_ms: 20_000, result_bytes: 262_144, heap_mib: 256 };

/** As the expressions name it. */
const nameOf = (module: string): string => module.replace(/\W/g, '_');

const require = createRequire(import.meta.url);
const inNode = (
  (0, eval)(`((${MODULES.map(nameOf).join(', ')}, Buffer) => ${ANSWER})`) as (
    ...values: unknown[]
  ) => (expression: string) => Promise<string>
)(...MODULES.map((name) => require(name) as unknown), Buffer);

let pool: SandboxPool | undefined;
let script = '';
before(async () => {
  pool = await openSandboxPool(1, startStrongestSandbox);
  ({ script } = await buildHook({
    code: `${MODULES.map((name) => `const ${nameOf(name)} = require('${name}');`).join(' ')}
      module.exports = async (client, scope, audience, context, cb) => {
        const answer = ${ANSWER};
        const answers = [];
        for (const expression of context.body.expressions) answers.push(await answer(expression));
        cb(null, { answers });
      };`,
    dependencies: {},
  }));
});
after(() => pool?.close());

async function inHook(expressions: string[]): Promise<string[]> {
  const answers: string[] = [];
  for (let at = 0; at < expressions.length; at += EXPRESSIONS_PER_RUN) {
    const part = expressions.slice(at, at + EXPRESSIONS_PER_RUN);
    const revision = { ...revisionOf('all modules', LIMITS), script };
    const outcome = await pool?.run(revision, hookArguments({ expressions: part }), Date.now() + 60_000);
    if (outcome?.status !== 'ok') assert.fail(JSON.stringify(outcome).slice(0, 500));
    answers.push(...(JSON.parse(outcome.result ?? '') as { answers: string[] }).answers);
  }
  return answers;
}

describe('the modules of Node answer in a hook what they answer in Node', () => {
  for (const [module, expressions] of Object.entries(EXPRESSIONS)) {
    test(`${module}: ${String(expressions.length)} expressions`, async () => {
      const answers = await inHook(expressions);
      const different: string[] = [];
      for (const [i, expression] of expressions.entries()) {
        const expected = await inNode(expression);
        if (answers[i] === expected || DIFFERENCES.some(({ of }) => of.test(expression))) continue;
        different.push(`${expression}\n  Node ${expected}\n  hook ${String(answers[i])}`);
      }
      assert.deepEqual(different.slice(0, 20), [], `${String(different.length)} differ`);
    });
  }
});
