import { HookBuildError } from '../errors.ts';
import type { NpmRun } from './npm-client.ts';

const UNAVAILABLE = new Set([
  'ETARGET',
  'E404',
  'ENOVERSIONS',
  'E403',
  'E451',
  'EINVALIDTAGNAME',
  'EINVALIDPACKAGENAME',
]);
const UNREACHABLE =
  /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|EPROTO|E5\d\d|EIDLETIMEOUT|FETCH_ERROR|CERT_.*|.*_CERT.*)$/;

const MAX_SUMMARY_LENGTH = 300;

/** The error to be shown for an `npm install --json` that failed. */
export function npmFailure(run: NpmRun, install: Record<string, string>): HookBuildError {
  const { code, summary } = ownWords(run);
  const module = moduleIn(summary, install);
  const told = `(${code}: ${withoutAddresses(summary)})`;
  if (UNAVAILABLE.has(code)) {
    const version = module === undefined ? undefined : install[module];
    const named = module === undefined ? 'a module' : `the module "${module}"`;
    const which = version === undefined ? named : `${named} in version ${version}`;
    return new HookBuildError('module_unavailable', `${which} cannot be had from the registry ${told}`, { module });
  }
  const wanted = Object.entries(install)
    .map(([name, version]) => `${name}@${version}`)
    .join(', ');
  if (UNREACHABLE.test(code)) {
    const message = `the npm registry cannot be reached for ${wanted} ${told}`;
    return new HookBuildError('registry_unreachable', message, { module });
  }
  return new HookBuildError('npm_failed', `npm could not install ${wanted} ${told}`, { module });
}

function ownWords({ stdout, stderr, exitCode }: NpmRun): { code: string; summary: string } {
  try {
    const { error } = JSON.parse(stdout) as { error: { code?: string; summary?: string } };
    return { code: error.code ?? 'npm', summary: firstLine(error.summary ?? '') };
  } catch {
    const code = /npm (?:ERR!|error) code (\S+)/.exec(stderr)?.[1];
    const words = stderr.replace(/^npm (?:ERR!|error) code.*\n/, '');
    return { code: code ?? `exit ${String(exitCode)}`, summary: firstLine(words) };
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

// A registry's address may hold a name or a token, and says nothing about the hook.
function withoutAddresses(text: string): string {
  return text.replace(/https?:\/\/[^\s'"]+/g, 'the registry').slice(0, MAX_SUMMARY_LENGTH);
}

/** One of those asked for, or one that these need. */
function moduleIn(summary: string, install: Record<string, string>): string | undefined {
  const named = /No matching version found for (@?[^@\s]+)@/.exec(summary)?.[1];
  if (named !== undefined) return named;
  const words = summary.toLowerCase().split(/[\s"',]+/);
  const isNamed = (name: string) => {
    const encoded = name.toLowerCase().replace('/', '%2f');
    return words.some((word) => word === name || word.startsWith(`${name}@`) || word.endsWith(`/${encoded}`));
  };
  return Object.keys(install).find(isNamed);
}
