import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { atTerminal, noTerminal, type AtTerminal } from '../support/pseudo-terminal.ts';
import { assertNoLine, assertOnlyShown, forgedLine, hostileText } from './terminal-text.ts';

// The CLI at a real terminal: hooks, files and servers that speak to it.

const root = mkdtempSync(join(tmpdir(), 'hookmint-terminal-cli-'));
after(() => rmSync(root, { recursive: true, force: true }));

const TEXT = hostileText('mark');
/** It can end no JSON text and no hook's file before its time. */
const IN_CODE = JSON.stringify(TEXT);

function write(name: string, content: unknown): string {
  const file = join(root, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const cli = (args: string[], env: Record<string, string> = {}): AtTerminal =>
  atTerminal(['--no-node-snapshot', 'cli/main.ts', ...args], { HOOKMINT_URL: '', AUTH0_DOMAIN: '', ...env });

/** Runs a command to its end, and checks that it showed the text of others, and that nothing of it was obeyed. */
async function showsSafely(terminal: AtTerminal, forged: string): Promise<string> {
  await terminal.exited;
  assert.match(terminal.shown(), /mark/);
  assertOnlyShown(terminal.shown());
  assertNoLine(terminal.shown(), forged);
  return terminal.shown();
}

type Answer = (path: string, method: string) => [status: number, body: unknown];

/** Runs the CLI against a server that answers as it is told. */
async function against(
  answer: Answer,
  args: string[],
  during?: (terminal: AtTerminal) => Promise<void>,
  env: Record<string, string> = {},
) {
  const server = createServer((request, response) => {
    const [status, body] = answer(request.url ?? '', request.method ?? '');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const HOOKMINT_URL = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  try {
    const terminal = cli(args, { HOOKMINT_URL, HOOKMINT_ACCESS_TOKEN: 'x', ...env });
    await during?.(terminal);
    await terminal.exited;
    return terminal;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('the CLI at a terminal', { skip: noTerminal, concurrency: 2 }, () => {
  const says = `module.exports = function (client, scope, audience, context, cb) {
    const text = context.body.text; console.log(text); console.error({ [text]: [text] });`;
  const event = write('event.json', { body: { text: TEXT + forgedLine('claims         FORGED') } });

  const ENDINGS: Readonly<Record<string, string>> = {
    'claims and what is dropped': `cb(null, { ['https://x.example/' + text]: text, [text]: 1, scope: [text] }); };`,
    'an error it throws': 'throw Object.assign(new Error(text), { name: text }); };',
    'a stack of its own': `throw Object.assign(new Error('x'), { stack: 'Error: ' + text + '\\n    at ' + text }); };`,
    'a denial': 'cb(new InvalidScopeError(text)); };',
  };
  for (const [what, ending] of Object.entries(ENDINGS)) {
    for (const options of [[], ['--json']]) {
      it(`hook run ${options.join(' ')}: ${what}`, async () => {
        const hook = write(`run-${what.replaceAll(' ', '-')}.js`, `${says} ${ending}\n`);
        await showsSafely(cli(['hook', 'run', hook, '--event', event, ...options]), 'claims         FORGED');
      });
    }
  }

  it('hook run: a file that does not compile', async () => {
    const hook = write('broken.js', `module.exports = ${IN_CODE.replaceAll(/[\u2028\u2029]/g, '')} mark );\n`);
    await showsSafely(cli(['hook', 'run', hook]), 'hookmint: FORGED');
  });

  it('hook run: names of files, options and commands', async () => {
    const name = `no${TEXT.replaceAll(/[\0/]/g, '')}${forgedLine('hookmint: FORGED')}.js`;
    await showsSafely(cli(['hook', 'run', name]), 'hookmint: FORGED');
    await showsSafely(cli(['hook', 'run', 'x.js', `--${TEXT.replaceAll('\0', '')}`]), 'hookmint: FORGED');
    await showsSafely(cli([TEXT.replaceAll('\0', '')]), 'hookmint: FORGED');
  });

  it('hook test: names of cases, differences and stacks', async () => {
    write('cases/hook.js', `${says} throw new Error(text); };\n`);
    write('cases/a.case.json', {
      name: TEXT + forgedLine('ok     FORGED'),
      hook: 'hook.js',
      event: { body: { text: TEXT + forgedLine('ok     FORGED') } },
      expect: { claims: { [TEXT]: TEXT } },
    });
    write('cases/b.case.json', { name: 'b', hook: `${TEXT}.js`, expect: {} });
    await showsSafely(cli(['hook', 'test', join(root, 'cases')]), 'ok     FORGED');
  });

  const entry = {
    number: 1,
    revision: 'r',
    created_at: TEXT,
    created_by: TEXT + forgedLine('FORGED'),
    current: true,
    draft: false,
  };
  const hooks = [{ id: 'x', name: 'mark', enabled: true }];
  /** The second time that logs are followed there is no such hook any more, which ends the command. */
  const ofHooks = (): Answer => {
    let followed = 0;
    return (path) => {
      if (/revisions\/./.test(path)) {
        const script = `// ${TEXT}${forgedLine('FORGED')} ${path}`;
        const settings = {
          modules: [],
          limits: {},
          egress: {},
          on_failure: 'deny',
          isolation: 'shared',
          secrets: [TEXT],
        };
        return [200, { script, dependencies: { [TEXT]: TEXT }, ...settings }];
      }
      if (path.includes('revisions')) {
        const before = { ...entry, number: 0, revision: 'q', current: false };
        return [200, { revisions: [entry, before] }];
      }
      if (path.includes('/logs')) {
        if (followed++ > 0) return [404, { message: TEXT + forgedLine('FORGED') }];
        const lines = [{ level: 'info', text: TEXT + forgedLine('FORGED') }];
        return [200, `${JSON.stringify({ hook_id: 'x', revision: 'r', time_ms: 1, outcome: 'ok', lines })}\n`];
      }
      return [200, hooks];
    };
  };
  for (const args of [['list'], ['list', '--json'], ['diff', 'mark'], ['logs', 'mark', '--json'], ['logs', 'mark']]) {
    it(`hook ${args.join(' ')}`, async () => {
      await showsSafely(await against(ofHooks(), ['hook', ...args]), 'FORGED');
    });
  }

  it('errors of a server', async () => {
    const message = `${TEXT}${forgedLine('hookmint: FORGED')}`;
    const answer: Answer = () => [400, { message, errorCode: TEXT }];
    await showsSafely(await against(answer, ['hook', 'list']), 'hookmint: FORGED');
    const refusal: Answer = () => [401, { error: TEXT, error_description: message }];
    const terminal = await against(refusal, ['hook', 'list']);
    assertOnlyShown(terminal.shown());
  });

  const NAMED = TEXT + forgedLine('claims         FORGED');
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const TOKEN = `${encoded({ alg: NAMED, [NAMED]: 1 })}.${encoded({ iss: NAMED, [NAMED]: NAMED })}.x`;
  const run = { name: NAMED, outcome: NAMED, cpu_ms: 1, wall_ms: 1 };
  const details = {
    hook: run,
    actions: { executions: [run] },
    custom_claims: [NAMED],
    dropped: [{ kind: 'claim', name: NAMED, reason: 'reserved' }],
    scope_changes: { removed: [NAMED], added: [NAMED] },
  };
  const issuing: Answer = (path) =>
    path.includes('/logs')
      ? [200, [{ client_name: NAMED, details }]]
      : [200, { access_token: TOKEN, token_type: NAMED, expires_in: NAMED, scope: NAMED }];
  const asClient = { HOOKMINT_CLIENT_ID: 'x', HOOKMINT_CLIENT_SECRET: 'y' };
  for (const options of [[], ['--json'], ['--raw']]) {
    it(`token ${options.join(' ')}: a token, and its log`, async () => {
      const answer: Answer = options[0] === '--raw' ? () => [200, { access_token: `${TOKEN}${TEXT}` }] : issuing;
      const terminal = await against(answer, ['token', ...options], undefined, asClient);
      assertOnlyShown(terminal.shown());
      assertNoLine(terminal.shown(), 'claims         FORGED');
      if (options[0] !== '--raw') assert.match(terminal.shown(), /mark/);
    });
  }

  it('token: a refusal', async () => {
    const refusing: Answer = () => [400, { error: TEXT, error_description: NAMED }];
    const terminal = await against(refusing, ['token'], undefined, asClient);
    await showsSafely(terminal, 'claims         FORGED');
  });

  const nothing: Answer = (path, method) => {
    if (method !== 'GET') return [400, { message: TEXT + forgedLine('+ client FORGED') }];
    if (path.includes('bindings')) return [200, { bindings: [] }];
    if (path.includes('/client-assertion-issuers')) return [200, []];
    if (path.includes('/tenants')) return [200, {}];
    const plural = /api\/v2\/(?:actions\/)?([a-z-]+)/.exec(path)?.[1]?.replaceAll('-', '_') ?? '';
    return [200, { [plural]: [] }];
  };
  const NAME = TEXT + forgedLine('+ client FORGED');

  it('import: its plan, its questions, and what was refused', async () => {
    write('export/clients/c.json', { name: NAME, app_type: 'non_interactive' });
    write('export/connections/x.json', {});
    write(`export/${TEXT.replaceAll(/[\0/]/g, '')}${forgedLine('+ client FORGED')}`, '');
    write('export/hooks/h.js', 'module.exports = function (a, b, c, d, cb) { cb(); };');
    write('export/hooks/h.json', {
      name: NAME,
      script: './h.js',
      triggerId: 'credentials-exchange',
      secrets: { [TEXT]: '_VALUE_NOT_SHOWN_' },
    });
    const terminal = await against(nothing, ['import', join(root, 'export')], async (at) => {
      await at.untilShown(/Value of /);
      at.type('a value\r');
      await at.untilShown(/Apply this plan/);
      at.type('y\r');
    });
    const shown = await showsSafely(terminal, '+ client FORGED');
    assert.match(shown, /^FAILED client mark/m);
  });

  for (const command of [['diff'], ['diff', '--json'], ['apply']]) {
    it(`${command.join(' ')}: names in files`, async () => {
      write('apply/clients/c.json', { name: NAME, app_type: 'non_interactive' });
      await showsSafely(await against(nothing, [...command, join(root, 'apply')]), '+ client FORGED');
    });
  }

  it('YAML: its errors and warnings', async () => {
    const tag = 'mark\u009b2J\u0085\u202e';
    for (const text of [
      `clients: !<tag:${tag}> [1]\n`,
      `clients: !${tag} [1]\n`,
      `clients: [${tag}\n`,
      `a: *${tag}\n`,
    ]) {
      const file = write('yaml/tenant.yaml', text);
      const terminal = await against(nothing, ['diff', file]);
      assertOnlyShown(terminal.shown());
      assert.match(terminal.shown(), /^hookmint: .*tenant\.yaml cannot be used/);
      assert.equal(terminal.shown().trimEnd().split('\n').length, 1, terminal.shown());
    }
  });

  it('export: names that become files', async () => {
    const answer: Answer = (path, method) =>
      path.includes('/clients?') ? [200, { clients: [{ client_id: 'x', name: NAME }] }] : nothing(path, method);
    await showsSafely(await against(answer, ['export', join(root, 'exported')]), 'FORGED');
  });
});
