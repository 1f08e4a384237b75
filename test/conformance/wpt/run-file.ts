import { DEFAULT_HOOK_LIMITS, revisionAddress } from '../../../shared/domain/hook.ts';
import type { SandboxPool } from '../../../services/hook-executor/sandbox-pool.ts';
import { hookOfFile } from './hook-of-file.ts';

const LIMITS = { ...DEFAULT_HOOK_LIMITS, cpu_ms: 10_000, wall_ms: 20_000, heap_mib: 256, result_bytes: 262_144 };
const ARGUMENTS = JSON.stringify({
  client: { id: 'client', name: 'name', tenant: 'demo', metadata: {} },
  scope: [],
  audience: 'https://api.example',
  body: {},
  request: { requested_scopes: [] },
});

export interface FileResult {
  passed: number;
  /** Names of the tests that failed, and what they said. A file that did not end has one, '(file)'. */
  failed: Record<string, string>;
}

/** Runs a file of web-platform-tests as a hook, in the pool that hooks run in. */
export async function runFile(
  pool: SandboxPool,
  path: string,
  texts: ReadonlyMap<string, string>,
): Promise<FileResult> {
  const script = hookOfFile(path, texts);
  const revision = revisionAddress({ hook_id: path, code: script, limits: LIMITS });
  const hook = { revision, script, kind: 'hook' as const, secrets: {}, limits: LIMITS };
  const outcome = await pool.run(hook, ARGUMENTS, Date.now() + LIMITS.wall_ms);
  pool.unload(revision);
  if (outcome.status !== 'ok' || outcome.result === undefined) {
    return { passed: 0, failed: { '(file)': JSON.stringify(outcome).slice(0, 300) } };
  }
  const { text } = JSON.parse(outcome.result) as { text: string };
  return JSON.parse(text) as FileResult;
}
