import { dirname, relative, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readHookCode } from '../../hook-build/author-file.ts';
import { HookBuildError } from '../../hook-build/errors.ts';
import { WebhookInvalid } from '../../shared/domain/webhooks/read-webhook.ts';
import { print } from '../../shared/terminal.ts';
import { UsageError } from '../../shared/usage-error.ts';
import type { KnownRevision } from '../../services/hook-executor/run-once.ts';
import { EXIT, fromCaller, onlyArgument, readArgs, type ExitCode } from '../command.ts';
import { buildLocalHook, type LocalHook } from './build.ts';
import { CASE_SUFFIX, readCaseFiles } from './case-files.ts';
import type { Case } from './case.ts';
import { contractOf } from './contract-option.ts';
import { differenceOf } from '../../shared/hook-result/difference-of-run.ts';
import { openEndpoint } from './endpoint.ts';
import { openDryRuns } from './dry-run.ts';
import { inFile } from './report.ts';

/** Where a server in the place of an endpoint is. */
const LOOPBACK = '127.0.0.1';

/** `hookmint hook test DIR`: runs a folder of cases, one line each, with the difference where there is one. */
export async function hookTest(args: string[]): Promise<ExitCode> {
  const { positionals } = readArgs(args, {});
  const name = onlyArgument(positionals, 'DIR', 'hookmint hook test');
  const folder = fromCaller(name);
  const cases = readCaseFiles(folder, name);
  const build = remembering(buildLocalHook);
  const dryRuns = await openDryRuns();
  let failed = 0;
  try {
    for (const { file, one } of cases) {
      const startedMs = performance.now();
      const difference = await runCase(file, one);
      if (difference !== undefined) failed++;
      const ms = Math.round(performance.now() - startedMs);
      const title = relative(folder, file).slice(0, -CASE_SUFFIX.length);
      print(`${difference === undefined ? 'ok    ' : 'FAILED'} ${one.name ?? title} (${ms} ms)`);
      if (difference !== undefined) print(...difference.split('\n').map((line) => (line === '' ? '' : `    ${line}`)));
    }
  } finally {
    dryRuns.close();
  }
  print(`${cases.length - failed} passed, ${failed} failed`);
  return failed === 0 ? EXIT.ok : EXIT.failed;

  async function runCase(file: string, one: Case): Promise<string | undefined> {
    const hookFile = resolve(dirname(file), one.hook);
    const endpoint = one.endpoint === undefined ? undefined : await openEndpoint(one.endpoint);
    try {
      const contract = contractOf(one.contract);
      const hook = await build({
        file: hookFile,
        contract,
        secrets: one.secrets,
        allowedAddresses: endpoint === undefined ? one.allowed_addresses : [...one.allowed_addresses, LOOPBACK],
        code: endpoint?.in(readHookCode(hookFile)),
      });
      const run = inFile(await dryRuns.run(hook, one.event, one.custom_claims), () => relative(folder, hookFile));
      const difference = differenceOf({ ...run, requests: endpoint?.requests ?? [] }, one.expect);
      const stack = 'error' in run.outcome ? (run.outcome.error as { stack?: string }).stack : undefined;
      return difference === undefined ? undefined : [difference, ...(stack === undefined ? [] : [stack])].join('\n\n');
    } catch (error) {
      if (error instanceof HookBuildError || error instanceof UsageError || error instanceof WebhookInvalid)
        return error.message;
      throw error;
    } finally {
      endpoint?.close();
    }
  }
}

/** Builds a hook once for all the cases that have it alike. */
function remembering(build: (hook: LocalHook) => Promise<KnownRevision>): typeof build {
  const known = new Map<string, Promise<KnownRevision>>();
  return (hook) => {
    const key = JSON.stringify(hook);
    const built = known.get(key) ?? build(hook);
    known.set(key, built);
    return built;
  };
}
