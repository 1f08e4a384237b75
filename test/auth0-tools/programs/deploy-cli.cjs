// auth0-deploy-cli as a pipeline runs it. `node deploy-cli.cjs FOLDER [ANOTHER]`, of installed ones: imports files, exports them, by ANOTHER
// where the first exports nothing, and looks whether they have come back.
const { execFileSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, readdirSync, readFileSync, existsSync, rmSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');

const work = mkdtempSync(join(tmpdir(), 'auth0-tools-'));
const [importing, exporting = importing] = process.argv
  .slice(2)
  .map((folder) => join(dirname(createRequire(`${folder}/`).resolve('auth0-deploy-cli/package.json')), 'lib/index.js'));
const run = (cli, ...words) => execFileSync(process.execPath, [cli, ...words], { cwd: work, stdio: 'pipe' });
const SCRIPT = 'module.exports = function (client, scope, audience, context, cb) { cb(null, {}); };\n';
const CODE = 'exports.onExecuteCredentialsExchange = async (event, api) => {};\n';
const json = (value) => JSON.stringify(value, null, 2);

const action = {
  name: 'tool-action',
  code: './actions/tool-action/code.js',
  runtime: 'node22',
  dependencies: [],
  secrets: [],
};
const triggers = [{ id: 'credentials-exchange', version: 'v2' }];
const binding = [{ action_name: 'tool-action', display_name: 'tool-action' }];
/** By area: files. Each kind has a folder, and the first file has what must come back in it. */
const files = {
  hooks: {
    'hooks/tool-hook.json': json({
      name: 'tool-hook',
      script: './tool-hook.js',
      triggerId: 'credentials-exchange',
      enabled: true,
      secrets: {},
      dependencies: {},
    }),
    'hooks/tool-hook.js': SCRIPT,
  },
  actions: {
    'actions/tool-action.json': json({ ...action, supported_triggers: triggers, deployed: true, status: 'built' }),
    'actions/tool-action/code.js': CODE,
    'triggers/triggers.json': json({ 'credentials-exchange': binding }),
  },
  clients: { 'clients/Tool client.json': json({ name: 'Tool client', app_type: 'non_interactive' }) },
  APIs: {
    'resource-servers/Tool API.json': json({
      identifier: 'urn:tool-cli',
      name: 'Tool API',
      scopes: [{ value: 'read' }],
    }),
  },
  grants: {
    'grants/Tool client-urn_tool-cli.json': json({
      client_id: 'Tool client',
      audience: 'urn:tool-cli',
      scope: ['read'],
    }),
  },
};

const said = (thrown) => {
  const lines = `${thrown.stdout ?? ''}${thrown.stderr ?? ''}`.split('\n').filter((line) => /error/i.test(line));
  return lines.slice(-3).join(' | ') || String(thrown.message);
};
const tell = (area, error) => process.stdout.write(`${JSON.stringify({ area, error })}\n`);

function importThem() {
  for (const [name, text] of Object.entries(Object.assign({}, ...Object.values(files)))) {
    mkdirSync(dirname(join(work, 'in', name)), { recursive: true });
    writeFileSync(join(work, 'in', name), text);
  }
  run(importing, 'import', '--input_file', 'in');
  run(exporting, 'export', '--format=directory', '--output_folder', 'out');
}

let failure = null;
try {
  importThem();
} catch (thrown) {
  failure = said(thrown);
}
const textsIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
for (const [area, of] of Object.entries(files)) {
  const [first] = Object.keys(of);
  const folder = join(work, 'out', dirname(first));
  const isThere =
    failure === null &&
    existsSync(folder) &&
    textsIn(folder).some((text) => /tool-hook|tool-action|Tool client|urn:tool/.test(text));
  tell(area, failure ?? (isThere ? null : `${first} was not exported`));
}
rmSync(work, { recursive: true, force: true });
