import './quiet.ts';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { UNAVAILABLE_MODULES } from '../../hook-build/bundle/unavailable-modules.ts';
import { buildHook } from '../../hook-build/build-hook.ts';
import { openSandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { hookArguments, revisionOf } from '../attacks/sandbox.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { INSTEAD } from './node-instead.ts';

// Every member of every module that hooks can require, beside that of the Node that `process.version` of a hook names.

/** module -> member -> kind; `Class#member` and `Class.member` of the classes. Made by Node 22.22.0. */
const MEMBERS = JSON.parse(
  readFileSync(new URL('../fixtures/node-22-members.json', import.meta.url), 'utf8'),
) as Record<string, Record<string, string>>;
const GUIDE = new URL('../../docs/node-modules.md', import.meta.url);

const LIMITS = { cpu_ms: 10_000, wall_ms: 20_000, result_bytes: 262_144, heap_mib: 128 };

async function lackingInHooks(): Promise<Record<string, string[]>> {
  const names = Object.keys(MEMBERS);
  const { script } = await buildHook({
    code: `const modules = { ${names.map((name) => `${JSON.stringify(name)}: require('${name}')`).join(', ')} };
      const UNAVAILABLE = Symbol.for('hookmint.unavailable');
      const kindOf = (holder, name) => {
        if (holder === undefined || holder === null) return 'undefined';
        for (let at = holder; at !== null; at = Object.getPrototypeOf(at)) {
          const descriptor = Object.getOwnPropertyDescriptor(at, name);
          if (descriptor !== undefined && !('value' in descriptor)) return 'accessor';
          if (descriptor !== undefined) break;
        }
        const value = holder[name];
        return typeof value === 'function' && value[UNAVAILABLE] === true ? 'unavailable' : typeof value;
      };
      const isLike = (expected, kind) => kind === expected || (expected === 'accessor' && kind !== 'undefined' && kind !== 'unavailable') || (kind === 'accessor');
      module.exports = (client, scope, audience, context, cb) => {
        const lacking = {};
        for (const [module, members] of Object.entries(context.body.members)) {
          lacking[module] = Object.entries(members).filter(([path, expected]) => {
            const [, owner, mark, name] = /^(?:(\\w+)([#.]))?(.+)$/.exec(path);
            const own = modules[module];
            const holder = owner === undefined ? own : mark === '#' ? own[owner]?.prototype : own[owner];
            return !isLike(expected, kindOf(holder, name));
          }).map(([path]) => path);
        }
        cb(null, lacking);
      };`,
    dependencies: {},
  });
  const pool = await openSandboxPool(1, startStrongestSandbox);
  try {
    const revision = { ...revisionOf('all modules', LIMITS), script };
    const outcome = await pool.run(revision, hookArguments({ members: MEMBERS }), Date.now() + 60_000);
    if (outcome.status !== 'ok') assert.fail(JSON.stringify(outcome).slice(0, 500));
    return JSON.parse(outcome.result ?? '') as Record<string, string[]>;
  } finally {
    pool.close();
  }
}

/** Without the members of a class that is not there itself. */
function outermost(members: string[]): string[] {
  const all = new Set(members);
  return members.filter((member) => !all.has(/^(\w+)[#.]/.exec(member)?.[1] ?? ''));
}

test('what a module lacks stands in docs/node-modules.md, and nothing else does', async () => {
  const lacking = Object.entries(await lackingInHooks()).filter(([, members]) => members.length > 0);
  const parts = lacking.map(([module, members]) => {
    const instead = INSTEAD[module];
    assert.ok(instead !== undefined, `${module} lacks ${members.join(', ')}: say in node-instead.ts what to use`);
    const names = outermost(members).map((member) => `\`${member}\``);
    return `- \`${module}\`: ${instead}. Not there: ${names.join(', ')}`;
  });
  const modules = Object.entries(UNAVAILABLE_MODULES).map(([module, instead]) => `- \`${module}\`: ${instead}`);
  const told = readFileSync(GUIDE, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('- `'));
  assert.deepEqual(told, [...modules, ...parts]);
  assert.deepEqual(
    Object.keys(INSTEAD),
    lacking.map(([module]) => module),
  );
});
