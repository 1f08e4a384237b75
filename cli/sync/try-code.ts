import { z } from 'zod';
import { kindNamed, type HookKind } from '../../shared/domain/contracts.ts';
import { HookLanguage } from '../../shared/domain/hook.ts';
import { buildHook, inspectHook } from '../../hook-build/build-hook.ts';
import { builtWebhook } from '../../hook-build/built-webhook.ts';
import { olderModules } from '../../hook-build/older-modules.ts';
import { HookBuildError, type HookBuildErrorCode } from '../../hook-build/errors.ts';
import type { TenantFiles } from '../tenant-files/model.ts';
import { missingInHooks } from './missing-in-hooks.ts';
import { refuse, type Step } from './step.ts';

/** Errors that are about the code and its modules, and not about the machine or the registry of whoever asks. */
const OF_THE_CODE: ReadonlySet<HookBuildErrorCode> = new Set([
  'hook_syntax_error',
  'hook_exports_nothing',
  'webhook_invalid',
  'module_undeclared',
  'dependency_invalid',
  'module_native',
  'module_unresolved',
  'module_unreadable',
  'module_refused',
  'modules_too_large',
  'bundle_too_large',
]);

type Code = {
  code: string;
  language: HookLanguage | undefined;
  contract: HookKind | undefined;
  dependencies: Record<string, string>;
};

/** What of `hookmint` in a file tells how its code is built. */
const How = z.object({ language: HookLanguage.optional(), contract: z.string().optional() }).catch({});

function howIn(hookmint: unknown) {
  const { language, contract } = How.parse(hookmint ?? {});
  return { language, contract: contract === undefined ? undefined : kindNamed(contract) };
}

/**
 * Builds what would be written, as hookmint will: code that it would refuse is better seen in the plan than when half of it is done.
 * What the code relies on and does not find is noted.
 */
export async function tryCode(steps: readonly Step[], { hooks = [], actions = [] }: TenantFiles): Promise<Step[]> {
  const codes = new Map<string, Code>([
    ...hooks.map(({ name, script: code, dependencies, hookmint }) => {
      return [`hook ${name}`, { code, ...howIn(hookmint), dependencies }] as const;
    }),
    ...actions.map(({ name, code, dependencies, hookmint }) => {
      const versions = Object.fromEntries(dependencies.map((module) => [module.name, module.version]));
      return [`action ${name}`, { code, ...howIn(hookmint), dependencies: versions }] as const;
    }),
  ]);
  const tried: Step[] = [];
  // One after the other: builds take turns, and few may wait for one.
  for (const one of steps) {
    const code = one.does === 'create' || one.does === 'update' ? codes.get(`${one.kind} ${one.name}`) : undefined;
    tried.push(code === undefined ? one : await unlessItDoesNotBuild(one, code));
  }
  return tried;
}

async function unlessItDoesNotBuild(one: Step, { code, language, contract, dependencies }: Code): Promise<Step> {
  try {
    const { kind, required } = await inspectHook(code, language, contract);
    if (one.kind === 'action' && kind !== 'action') {
      return refuse(one, ['code: hookmint refuses it: it exports no onExecuteCredentialsExchange']);
    }
    one.notes.push(...missingInHooks(code, required), ...olderModules(code, required, dependencies));
    const source = { code, language, contract, dependencies };
    if (builtWebhook(source) === undefined) await buildHook(source);
    return one;
  } catch (error) {
    if (!(error instanceof HookBuildError)) throw error;
    if (OF_THE_CODE.has(error.code)) return refuse(one, [`code: hookmint refuses it: ${error.message}`]);
    one.notes.push(`whether it builds is not known: ${error.message}`);
    return one;
  }
}
