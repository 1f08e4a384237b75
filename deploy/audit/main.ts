import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Exceptions, judge, type Advisory } from './judge.ts';

/**
 * `npm run audit`: known advisories about what hookmint ships. `exceptions.json` (`--exceptions FILE`: another) has those that are accepted,
 * each with why and until when.
 *
 * Exit code 0: none but those; 1: there are others, or an exception has had its time or is not needed; 2: they could not be asked for,
 * as the registry has no such service, or is not reached. `--where-possible` makes that a 0, said as loudly.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NPM_TIMEOUT_MS = 60_000;

const Report = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      via: z.array(
        z.union([z.string(), z.object({ name: z.string(), title: z.string(), url: z.string(), severity: z.string() })]),
      ),
    }),
  ),
});

/** @returns The advisories, or why they cannot be known. */
function audit(): Advisory[] | string {
  const args = ['audit', '--json', '--omit=dev', '--package-lock-only', '--fetch-retries=0'];
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') === true ? [process.execPath, [npm]] : ['npm', []];
  const run = spawnSync(command, [...first, ...args], { cwd: ROOT, encoding: 'utf8', timeout: NPM_TIMEOUT_MS });
  const report = Report.safeParse(parseJson(run.stdout));
  if (!report.success) {
    const { message } = z.object({ message: z.string() }).catch({ message: '' }).parse(parseJson(run.stdout));
    const reasons = [message, run.error?.message, run.stderr.trim()];
    return reasons.find((reason) => reason !== undefined && reason !== '') ?? 'npm audit gave no readable answer';
  }
  const found = Object.values(report.data.vulnerabilities).flatMap(({ via }) =>
    via.flatMap((one) =>
      typeof one === 'string' ? [] : [{ ...one, id: one.url.split('/').at(-1) ?? one.url, name: one.name }],
    ),
  );
  return [...new Map(found.map((one) => [`${one.id} ${one.name}`, one])).values()];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const { values } = parseArgs({
  options: {
    'where-possible': { type: 'boolean', default: false },
    exceptions: { type: 'string', default: fileURLToPath(new URL('exceptions.json', import.meta.url)) },
  },
});
const exceptions = Exceptions.parse(JSON.parse(readFileSync(values.exceptions, 'utf8')));
const advisories = audit();
if (typeof advisories === 'string') {
  process.stdout.write(`NOT CHECKED for known advisories: ${advisories}\n`);
  process.exitCode = values['where-possible'] ? 0 : 2;
} else {
  const wrong = judge(advisories, exceptions, new Date().toISOString().slice(0, 10));
  const summary = `${String(advisories.length)} known advisories, ${String(exceptions.length)} accepted\n`;
  process.stdout.write(wrong.length === 0 ? summary : `${wrong.join('\n')}\n${summary}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
