import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findSecrets, type KnownSecret } from './canary-find.ts';

/** What one stack of a run printed, and what it was not to print. */
type Kept = { file: string; outputs: Record<string, string>; secrets: KnownSecret[] };

/** Set by the runner: a folder for what the processes of this run printed. Tests that are run without it keep nothing. */
export const OUTPUT_DIR_VARIABLE = 'HOOKMINT_TEST_OUTPUT_DIR';

/** Of the files of what the test runner itself reports, with all that the tests' own processes printed. */
export const REPORT_ENDING = '.report.txt';

const SERVER_LOGS = ['nats/nats-server.log', 'mongodb/mongod.log'].flatMap((name) => [`${name}.1`, name]);
let keptHere = 0;

/** Keeps the output of a stack, with its servers' logs and the values of its secrets, for the scan at the end of the run. */
export function keepForScan(dataDir: string, output: string): void {
  const folder = process.env[OUTPUT_DIR_VARIABLE];
  const secretsFile = join(dataDir, 'secrets.json');
  if (folder === undefined || !existsSync(secretsFile)) return;
  const logs = SERVER_LOGS.filter((name) => existsSync(join(dataDir, name)));
  const kept: Kept = {
    file: relative(process.cwd(), process.argv[1] ?? ''),
    outputs: {
      'the stack': output,
      ...Object.fromEntries(logs.map((name) => [name, readFileSync(join(dataDir, name), 'utf8')])),
    },
    secrets: secretsOf(JSON.parse(readFileSync(secretsFile, 'utf8'))),
  };
  writeFileSync(join(folder, `${String(process.pid)}-${String(++keptHere)}.json`), JSON.stringify(kept));
}

/** What is in `secrets.json`, by the names it has there; an id is no secret. */
function secretsOf(file: unknown, path = ''): KnownSecret[] {
  if (typeof file === 'string') return path.endsWith('_id') ? [] : [{ kind: path, value: file }];
  return Object.entries(file as object).flatMap(([name, value]) =>
    secretsOf(value, path === '' ? name : `${path}.${name}`),
  );
}

/** What {@link scanRun} found: a line for each secret that was shown, and a line that says what was looked through. */
export type Scan = { shown: string[]; summary: string };

/** Looks for secrets in everything that a run printed. It never gives a secret's value. */
export function scanRun(folder: string): Scan {
  const shown: string[] = [];
  let [stacks, lines, secrets] = [0, 0, 0];
  const scan = (file: string, name: string, text: string, known: readonly KnownSecret[]): void => {
    lines += text.split('\n').length;
    for (const { kind, line, around } of findSecrets(text, known)) {
      shown.push(`SECRET SHOWN in ${file}: ${kind}, in the output of ${name}, line ${String(line)}: ${around}`);
    }
  };
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    if (name.endsWith(REPORT_ENDING)) scan('the test run', 'the tests', text, []);
    else if (name.endsWith('.json')) {
      const kept = JSON.parse(text) as Kept;
      stacks += 1;
      secrets += kept.secrets.length;
      for (const [output, content] of Object.entries(kept.outputs)) {
        scan(kept.file, output, withoutBanner(content), kept.secrets);
      }
    }
  }
  const counts = `${String(lines)} lines of ${String(stacks)} stacks and of the tests, ${String(secrets)} known secrets`;
  return {
    shown,
    summary: `Scan for secrets: ${counts}: ${shown.length === 0 ? 'none shown' : `${String(shown.length)} SHOWN`}`,
  };
}

/** The two lines of the banner of `npm start` that are there to show a secret, the first time each; anywhere else it is a leak. */
const BANNER = [
  /^(curl -sS (?:--cacert (?:'.*' |\S+ ))?\S+\/oauth\/token -d grant_type=client_credentials -d client_id=\w{32} -d client_secret=)[\w-]{64}(?= -d audience=\S+ -w '\\n'$)/m,
  /^( {4}its secret {4})[\w-]{64}(?= \(shown this once; it is also in .+\)$)/m,
];

export function withoutBanner(output: string): string {
  return BANNER.reduce((text, line) => text.replace(line, '$1'), output);
}
