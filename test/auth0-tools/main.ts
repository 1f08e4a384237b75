import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../shared/errors.ts';
import { requestToken } from '../support/token-request.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { AREAS, tools, type Tool } from './tools.ts';

const HELP = `Runs Auth0's own tools, older ones and those of other languages, unmodified against a hookmint with TLS, and writes what they can do
into docs/moving-from-auth0.md. They are installed into the cache from npm, PyPI and Go's module proxy; Python 3 and Go must be there.

  npm run auth0-tools

Exits with 1 when a tool could not do something that it has.
`;

const DOCUMENT = fileURLToPath(new URL('../../docs/moving-from-auth0.md', import.meta.url));
const BEGIN = '<!-- tools: written by npm run auth0-tools -->';
const END = '<!-- end of tools -->';
const TOOL_TIMEOUT_MS = 120_000;

/** By area: `null` for what went well, or what the tool said. */
async function tried(stack: Stack, { command, name }: Tool): Promise<Map<string, string | null>> {
  const [program = '', ...args] = command();
  const certificate = stack.caFile ?? '';
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: TOOL_TIMEOUT_MS,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AUTH0_DOMAIN: new URL(stack.url).host,
      AUTH0_CLIENT_ID: stack.managementClientId,
      AUTH0_CLIENT_SECRET: stack.managementClientSecret,
      AUDIENCE: `${stack.url}/api/v2/`,
      NODE_EXTRA_CA_CERTS: certificate,
      REQUESTS_CA_BUNDLE: certificate,
      SSL_CERT_FILE: certificate,
    },
  });
  const lines = (await text(child.stdout)).trim().split('\n');
  const outcomes = lines.filter(Boolean).map((line) => JSON.parse(line) as { area: string; error: string | null });
  if (outcomes.length === 0) throw new Error(`${name} told nothing`);
  return new Map(outcomes.map(({ area, error }) => [area, error]));
}

async function onFreshStack<T>(act: (stack: Stack) => Promise<T>): Promise<T> {
  const stack = await startStack({ hook: null, args: ['--tls'] });
  try {
    // For the logs.
    await requestToken(stack);
    return await act(stack);
  } finally {
    await stack.stop();
  }
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return void process.stdout.write(HELP);
  const rows: string[] = [];
  for (const tool of tools) {
    const outcomes = await onFreshStack((stack) => tried(stack, tool));
    const cells = AREAS.map((area) => {
      const lacks = tool.lacks?.[area];
      if (lacks !== undefined) return lacks;
      const error = outcomes.get(area);
      if (error === null) return 'yes';
      process.exitCode = 1;
      process.stdout.write(`${tool.name}, ${area}: ${error ?? 'not tried'}\n`);
      return 'no';
    });
    process.stdout.write(`${tool.name}: ${cells.join(', ')}\n`);
    rows.push(`| ${[tool.name, tool.needs, ...cells].join(' | ')} |`);
  }
  const head = ['tool', 'needs', ...AREAS];
  const table = [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n');
  const document = readFileSync(DOCUMENT, 'utf8');
  const [before = '', rest = ''] = document.split(BEGIN);
  const [, after = ''] = rest.split(END);
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
}

await main().catch((error: unknown) => {
  process.stderr.write(`auth0-tools: ${messageOf(error)}\n`);
  process.exitCode = 2;
});
