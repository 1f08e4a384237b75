import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../shared/errors.ts';
import { openManagement, type Management } from '../support/management.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { callWithBoundTokens } from './bound-tokens.ts';
import { showTokensOf } from './confusions.ts';
import { installKeycloak, startKeycloak } from './keycloak.ts';
import { API_AREAS, CLIENT_AREAS, missingFor, PROGRAMS, type Library, type Program } from './libraries.ts';
import { prepareTask } from './task.ts';

const HELP = `Runs libraries of npm, PyPI, Go and Java, as clients and APIs use them, against a hookmint, and writes what they can do into
docs/libraries.md; then lets tokens of a Keycloak authenticate a client. They are installed into the cache from npm, PyPI, Go's module proxy
and Maven Central.

  npm run oauth-libraries

Exits with 1 when a library could not do something that it has, or can do something now that is said to be for it to mend; with 2 when
what some of them need is not on this machine, which it names.
`;

const DOCUMENT = fileURLToPath(new URL('../../docs/libraries.md', import.meta.url));
const PROGRAM_TIMEOUT_MS = 300_000;

type Prepared = Awaited<ReturnType<typeof prepareTask>>;
/** An outcome, or where an API is served until all was told. */
type Line = { library: string; area: string; error: string | null; token?: string; url?: string; over?: true };
/** By library and area: `null` for what went well, or what was said first. */
type Outcomes = Map<string, Map<string, string | null>>;
type Command = ReturnType<Program['command']>;

async function tried({ argv, folder }: Command, { task, tokens, verify }: Prepared): Promise<Outcomes> {
  const [command = '', ...args] = argv;
  const outcomes: Outcomes = new Map();
  const note = (library: string, area: string, error: string | null): void => {
    const areas = outcomes.get(library) ?? new Map<string, string | null>();
    outcomes.set(library, areas.set(area, areas.get(area) ?? error));
  };
  const scratch = mkdtempSync(join(tmpdir(), 'hookmint-libraries-'));
  try {
    const file = join(scratch, 'task.json');
    writeFileSync(file, JSON.stringify(task), { mode: 0o600 });
    const child = spawn(command, [...args, file, ...(folder === undefined ? [] : [folder])], {
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: PROGRAM_TIMEOUT_MS,
    });
    for await (const text of createInterface({ input: child.stdout })) {
      const { library, area, error, token, url, over } = JSON.parse(text) as Line;
      if (over) child.stdin.end();
      else if (url !== undefined) note(library, 'bound tokens', await callWithBoundTokens(url, tokens));
      else note(library, area, error ?? (token === undefined ? null : await verify(token).then(() => null, messageOf)));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return outcomes;
}

function red(what: string): string {
  process.stdout.write(`RED ${what}\n`);
  process.exitCode = 1;
  return 'no';
}

/** What the table says of an area, where what came about is what is known of the library. */
function cellOf({ name, lacks = {} }: Library, area: string, outcome: string | null | undefined): string {
  const limit = lacks[area];
  if (limit === undefined) return outcome === null ? 'yes' : red(`${name}, ${area}: ${outcome ?? 'not tried'}`);
  if (limit.says === undefined) return outcome === undefined ? limit.why : red(`${name}, ${area}: it has it now`);
  if (typeof outcome === 'string' && limit.says.test(outcome)) return limit.why;
  return red(`${name}, ${area}: said to be for it to mend, and now ${outcome ?? 'it works'}`);
}

/** Rows of libraries that were tried, by the name of their table. */
type Rows = { clients: string[]; apis: string[] };

function addRows(rows: Rows, { clients, apis }: Program, outcomes: Outcomes): void {
  const row = (library: Library, areas: readonly string[]): string => {
    const cells = areas.map((area) => cellOf(library, area, outcomes.get(library.of)?.get(area)));
    process.stdout.write(`${library.name}: ${areas.map((area, at) => `${area} ${cells[at] ?? ''}`).join(', ')}\n`);
    return [library.name, library.needs ?? '', ...cells].join(' | ');
  };
  rows.clients.push(...clients.map((library) => row(library, CLIENT_AREAS)));
  rows.apis.push(...apis.map((library) => row(library, API_AREAS)));
}

async function tryKeycloak(folder: string, stack: Stack, management: Management): Promise<string[]> {
  const keycloak = await startKeycloak(folder);
  try {
    const shown = await showTokensOf(keycloak, stack, management);
    return shown.map(({ what, expected, answer: { status, body } }) => {
      const got = [String(status), ...(typeof body.error === 'string' ? [body.error] : [])].join(' ');
      const isRight = status === expected && 'access_token' in body === (expected === 200);
      process.stdout.write(`Keycloak ${keycloak.version}, a token ${what}: ${got}\n`);
      return `a token ${what} | ${isRight ? got : red(`Keycloak, a token ${what}: ${got}, not ${String(expected)}`)}`;
    });
  } finally {
    await keycloak.stop();
  }
}

/** Puts a table in its place in the document. */
function writeTable(name: string, head: readonly string[], rows: readonly string[]): void {
  const document = readFileSync(DOCUMENT, 'utf8');
  const [begin, end] = [`<!-- ${name}: written by npm run oauth-libraries -->`, `<!-- end of ${name} -->`];
  const [before = '', rest = ''] = document.split(begin);
  const [, after = ''] = rest.split(end);
  const lines = [head.join(' | '), head.map(() => '---').join(' | '), ...rows].map((line) => `| ${line} |`);
  writeFileSync(DOCUMENT, `${before}${begin}\n\n${lines.join('\n')}\n\n${end}${after}`);
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return void process.stdout.write(HELP);
  const cannot = (what: string, missing: readonly string[]): void => {
    process.stdout.write(`${what}: cannot be run, there is no ${missing.join(', no ')}\n`);
    process.exitCode = 2;
  };
  // Before anything is started: it takes minutes, and nothing else is done meanwhile.
  const commands = new Map<Program, Command>();
  for (const program of PROGRAMS) {
    const missing = missingFor(program.needs);
    if (missing.length > 0) cannot(program.name, missing);
    else commands.set(program, program.command());
  }
  const missing = missingFor(['java', 'mvn', 'tar']);
  if (missing.length > 0) cannot('Keycloak', missing);
  const keycloakFolder = missing.length > 0 ? undefined : installKeycloak();

  await using cleanup = new AsyncDisposableStack();
  const stack = await startStack({ hook: null });
  cleanup.defer(() => stack.stop());
  const management = await openManagement(stack);
  const prepared = await prepareTask(stack, management);
  const rows: Rows = { clients: [], apis: [] };
  for (const [program, command] of commands) addRows(rows, program, await tried(command, prepared));
  const assertions = keycloakFolder === undefined ? [] : await tryKeycloak(keycloakFolder, stack, management);
  // Half a table would say that the rest can do nothing.
  if (process.exitCode === 2) return;
  writeTable('clients', ['library', 'needs', ...CLIENT_AREAS], rows.clients);
  writeTable('APIs', ['library', 'needs', ...API_AREAS], rows.apis);
  writeTable('Keycloak', ['a client shows', 'hookmint answers'], assertions);
}

await main().catch((error: unknown) => {
  process.stderr.write(`oauth-libraries: ${messageOf(error)}\n`);
  process.exitCode = 2;
});
