import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  DEFAULT_HOOK_LIMITS,
  HookLimits,
  MAX_HOOK_CODE_BYTES,
  MAX_HOOK_SCRIPT_BYTES,
} from '../../shared/domain/hook.ts';
import { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { HOOK_BUILD_ERROR_CODES } from '../../hook-build/errors.ts';
import { DEFAULT_MODULES } from '../../hook-build/default-modules.ts';
import { Dropped } from '../../shared/domain/hook-finding.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const guide = textOf('docs/hooks.md');
const number = (value: number): string => value.toLocaleString('en-US');

/** Names in backticks that the guide lacks. */
const missing = (names: Iterable<string>): string[] => [...names].filter((name) => !guide.includes(`\`${name}\``));

/** The members of a union of string literals, as its source has them. */
const codesIn = (file: string, union: string): string[] =>
  [
    ...(new RegExp(`type ${union} =([^;]*);`).exec(textOf(file).replaceAll(/\/\*[^]*?\*\//g, ''))?.[1] ?? '').matchAll(
      /'(\w+)'/g,
    ),
  ].map(([, code = '']) => code);

describe('the hook author’s guide', () => {
  it('has every code', () => {
    const egress = codesIn('services/hook-executor/egress/http-exchange.ts', 'EgressErrorCode');
    const build = HOOK_BUILD_ERROR_CODES;
    assert(egress.length >= 8);
    assert.deepEqual(missing([...egress, ...build, ...Dropped.shape.reason.options]), []);
    assert.deepEqual(missing(HookOutcome.options.map((option) => option.shape.status.value)), []);
    const details = HookOutcome.options.flatMap(({ shape }) =>
      ['limit', 'during', 'reason'].flatMap((key) => {
        const schema: unknown = Reflect.get(shape, key);
        return typeof schema === 'object' && schema !== null && 'options' in schema ? (schema.options as string[]) : [];
      }),
    );
    assert(details.length >= 9);
    assert.deepEqual(missing(details), []);
  });

  it('has every limit with its default and range', () => {
    for (const [name, schema] of Object.entries(HookLimits.shape)) {
      const row = guide.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
      const [, , byDefault, range] = row.split('|').map((cell) => cell.trim());
      const { minimum, maximum } = schema.toJSONSchema({ io: 'input' }) as { minimum: number; maximum: number };
      assert.deepEqual(
        [name, byDefault, range],
        [name, number(DEFAULT_HOOK_LIMITS[name as keyof HookLimits]), `${number(minimum)}–${number(maximum)}`],
      );
    }
    for (const bytes of [MAX_HOOK_CODE_BYTES, MAX_HOOK_SCRIPT_BYTES]) assert(guide.includes(`${number(bytes)} bytes`));
  });

  it('has every default module', () => assert.deepEqual(missing(Object.keys(DEFAULT_MODULES)), []));

  it('links to what is there', () => {
    const links = [...guide.matchAll(/\]\(([^)]+)\)|^\[\w+\]: (\S+)/gm)].map(([, a, b]) => a ?? b ?? '');
    const titles = [...guide.matchAll(/^##+ (.+)$/gm)].map(
      ([, title = '']) => `#${title.toLowerCase().replaceAll(' ', '-')}`,
    );
    assert.deepEqual(
      links.filter((link) =>
        link.startsWith('#') ? !titles.includes(link) : !existsSync(join(ROOT, 'docs', link.split('#')[0] ?? '')),
      ),
      [],
    );
  });
});
