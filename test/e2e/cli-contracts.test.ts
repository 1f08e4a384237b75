import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import type { DryRun } from '../../cli/hook/dry-run.ts';
import { canary } from '../support/canary.ts';
import { openManagement } from '../support/management.ts';
import { runCli, type Ended } from '../support/run-cli.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

// What people have of other systems, from a file to a token.

const folder = mkdtempSync(join(tmpdir(), 'hookmint-contracts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const stack = withStack({ hook: null });

function write(name: string, content: unknown): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

const hookmint = (...args: string[]): Promise<Ended> => runCli(stack(), folder, args);

async function refusal(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await hookmint(...args);
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
  return stderr;
}

async function claims(parameters: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const { status, body } = await requestToken(stack(), parameters);
  assert.equal(status, 200, JSON.stringify(body));
  return decodeJwt(String(body.access_token));
}

const EXPECTED = {
  'auth0-hook': ['hook', { 'https://example.com/plan': 'full' }],
  'auth0-action': ['action', { 'https://example.com/plan': 'full' }],
  logto: ['logto', { plan: 'full' }],
  'cognito-lambda': ['cognito-lambda', { tenant: 'none' }],
} as const;

describe('hookmint hook new --contract', () => {
  for (const [contract, [kind, expected]] of Object.entries(EXPECTED)) {
    for (const ending of ['js', 'ts']) {
      it(`writes code of ${contract} that runs: ${ending}`, async () => {
        const file = `${contract}.${ending}`;
        assert.equal((await hookmint('hook', 'new', file, '--contract', contract)).code, 0);
        const { code, stdout } = await hookmint('hook', 'run', file, '--json');
        assert.equal(code, 0, stdout);
        const run = JSON.parse(stdout) as DryRun;
        assert.deepEqual([run.kind, run.token?.claims, run.dropped], [kind, expected, []]);
        assert.match(run.console[0]?.text ?? '', /^a token for /);
      });
    }
  }

  it('knows no other', async () => {
    const all = 'auth0-hook, auth0-action, logto, cognito-lambda, webhook, hydra-webhook, wso2-webhook, okta-webhook';
    const wrong = `hookmint: --contract must be one of ${all}, not "auth0".\n`;
    assert.equal(await refusal('hook', 'new', '--contract', 'auth0'), wrong);
    assert.equal(await refusal('hook', 'run', 'logto.js', '--contract', 'auth0'), wrong);
    assert.equal(await refusal('hook', 'deploy', 'logto.js', '--contract', 'auth0'), wrong);
  });
});

describe('what is found in the code is said', () => {
  it('by hook run', async () => {
    write('found.js', 'const getCustomJwtClaims = () => ({ a: 1 });\n');
    assert.match((await hookmint('hook', 'run', 'found.js')).stdout, /^contract {7}logto\noutcome {8}ok\n/);
  });

  it('by hook deploy, and by the API', async () => {
    const { stdout, stderr } = await hookmint('hook', 'deploy', 'found.js', '--enable');
    assert.deepEqual([stdout, stderr], ['found: revision 1 is deployed and enabled; its contract is logto\n', '']);
    assert.equal((await claims()).a, 1);
    const management = await openManagement(stack());
    const { body } = await management.call('GET', '/hooks');
    const [hook] = (body as { id: string; name: string; hookmint: object }[]).filter(({ name }) => name === 'found');
    assert.deepEqual(hook?.hookmint, { contract: 'logto' });
    const tried = await hookmint('hook', 'try', 'found');
    assert.match(tried.stdout, /^contract {7}logto$/m);
  });

  it('and code of none is refused with the list', async () => {
    write('none.js', 'exports.main = async () => ({});\n');
    const said = await refusal('hook', 'run', 'none.js');
    for (const form of [
      /a hook is/,
      /an Action is/,
      /Logto's script is/,
      /Cognito's pre token generation Lambda is/,
      /a webhook is JSON/,
    ]) {
      assert.match(said, form);
    }
  });
});

const SCRIPT =
  'const getCustomJwtClaims = ({ environmentVariables: { PLAN } }) => {\n  if (PLAN === undefined) throw new Error("no plan");\n  return { plan: PLAN };\n};\n';

describe('a handler that asks AWS', () => {
  it('by a client of the SDK, with credentials among its secrets', async () => {
    const asked: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      asked.push(request);
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(JSON.stringify({ Item: { id: { S: 'c1' }, tenant: { S: 't-9' } } }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ENDPOINT = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const AWS_SECRET_ACCESS_KEY = canary('aws');
    try {
      write('aws/package.json', {
        dependencies: { '@aws-sdk/client-dynamodb': '3.1169.0', '@aws-sdk/lib-dynamodb': '3.1169.0' },
      });
      write(
        'aws/index.mjs',
        `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
const { AWS_REGION: region, ENDPOINT: endpoint } = process.env;
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region, endpoint, maxAttempts: 1 }));
export const handler = async (event) => {
  const { Item } = await client.send(new GetCommand({ TableName: 'clients', Key: { id: event.callerContext.clientId } }));
  event.response = { claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: { tenant: Item.tenant } } } };
  return event;
};
`,
      );
      write('aws/secrets.json', {
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
        AWS_SECRET_ACCESS_KEY,
        ENDPOINT,
      });
      const args = ['aws/index.mjs', '--secrets', 'aws/secrets.json', '--allow-address', '127.0.0.1', '--json'];
      const { code, stdout, stderr } = await hookmint('hook', 'run', ...args);
      assert.equal(code, 0, stdout + stderr);
      const { token, kind } = JSON.parse(stdout) as DryRun;
      assert.deepEqual([kind, token?.claims], ['cognito-lambda', { tenant: 't-9' }]);
      assert.match(
        asked[0]?.headers.authorization ?? '',
        /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d+\/eu-central-1\/dynamodb\//,
      );
    } finally {
      server.close();
    }
  });
});

describe('hookmint import --from logto', () => {
  it('shows what it would make, without values', async () => {
    write('logto.json', { script: SCRIPT, environmentVariables: { PLAN: 'gold-plan' }, blockIssuanceOnError: true });
    const { code, stdout, stderr } = await hookmint('import', 'logto.json', '--from', 'logto', '--dry-run');
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      'hook        logto\ncontract    logto\nlanguage    javascript\nmodules     (none)\nsecrets     PLAN\non_failure  deny\nwall_ms     5000\n',
    );
    assert.doesNotMatch(stdout + stderr, /gold-plan/);
  });

  it('makes a hook of the script for machines, which fails open as there, and shapes tokens', async () => {
    const people = { key: 'jwt.accessToken', value: { script: 'const getCustomJwtClaims = () => ({ people: 1 });' } };
    const machines = {
      key: 'jwt.clientCredentials',
      value: { script: SCRIPT, environmentVariables: { PLAN: 'gold' } },
    };
    write('all.json', [people, machines]);
    const { code, stdout, stderr } = await hookmint('import', 'all.json', '--from', 'logto', '--enable');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^on_failure {2}issue_unmodified$/m);
    assert.match(stdout, /^logto is made\. It shapes tokens\.$/m);
    assert.match(stderr, /the token is issued without its claims, as Logto does/);
    assert.equal((await claims()).plan, 'gold');

    write('all.json', [people, { ...machines, value: { script: SCRIPT } }]);
    const again = await hookmint('import', 'all.json', '--from', 'logto');
    assert.match(again.stdout, /^logto is changed\. It shapes tokens\.$/m);
    assert.equal('plan' in (await claims()), false);
    await hookmint('import', 'all.json', '--from', 'logto', '--on-failure', 'deny');
    assert.equal((await requestToken(stack(), {})).status, 500);
  });

  it('refuses what has none', async () => {
    write('people.json', [{ key: 'jwt.accessToken', value: { script: 'x' } }]);
    assert.match(
      await refusal('import', 'people.json', '--from', 'logto'),
      /no script for client credentials; it has jwt\.accessToken/,
    );
    write('other.json', { code: 'x' });
    assert.match(await refusal('import', 'other.json', '--from', 'logto'), /other\.json cannot be used/);
    assert.match(
      await refusal('import', 'other.json', '--from', 'okta'),
      /--from must be one of logto, cognito-lambda, hydra-webhook, wso2-webhook, okta-webhook, not "okta"/,
    );
    write('no-script.json', { script: 'const a = 1;' });
    assert.match(await refusal('import', 'no-script.json', '--from', 'logto'), /declares no getCustomJwtClaims/);
  });
});

describe('hookmint import --from cognito-lambda', () => {
  it('makes one script of a handler and the files of its folder, with its environment, and shapes tokens', async () => {
    write(
      'lambda/src/app.ts',
      "import { tenantOf } from './tenant';\nexport const main = async (event: any) => {\n  event.response = { claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: { tenant: tenantOf(event), stage: process.env.STAGE }, scopesToAdd: ['extra'] } } };\n  return event;\n};\n",
    );
    write(
      'lambda/src/tenant.ts',
      "import names from './names.json';\nexport const tenantOf = (event: { request: { clientMetadata: Record<string, string> } }): string => names.prefix + event.request.clientMetadata.tenant;\n",
    );
    write('lambda/src/names.json', { prefix: 't-' });
    write('lambda/package.json', { dependencies: { 'aws-cdk-lib': '2', typescript: '5' } });
    write('configuration.json', {
      FunctionName: 'Token-Shaper',
      Runtime: 'nodejs22.x',
      Handler: 'src/app.main',
      Environment: { Variables: { STAGE: 'prod' } },
    });
    const { code, stdout, stderr } = await hookmint(
      'import',
      'lambda',
      '--from',
      'cognito-lambda',
      '--configuration',
      'configuration.json',
      '--enable',
    );
    assert.equal(code, 0, stderr);
    // What the code does not import is not needed.
    assert.match(stdout, /^modules {5}\(none\)\nsecrets {5}STAGE\non_failure {2}deny$/m);
    assert.match(stdout, /^token-shaper is made\. It shapes tokens\.$/m);
    const { tenant, stage, scope } = await claims({ aws_client_metadata: '{"tenant":"seven"}' });
    assert.deepEqual([tenant, stage], ['t-seven', 'prod']);
    assert.match(String(scope), /\bextra$/);
  });

  it('leaves a file that needs no other as it is, and takes from Lambda what Lambda has', async () => {
    const code =
      "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';\nexport const handler = async (event: object) => (new DynamoDBClient({}), event);\n";
    write('alone/index.ts', code);
    const { stdout, stderr } = await hookmint('import', 'alone', '--from', 'cognito-lambda', '--dry-run');
    assert.match(
      stdout,
      /^hook {8}index\ncontract {4}cognito-lambda\nlanguage {4}typescript\nmodules {5}@aws-sdk\/client-dynamodb@3$/m,
    );
    assert.match(stderr, /Lambda has @aws-sdk\/client-dynamodb without declaring it/);
  });

  it('refuses what does not run here, and files of elsewhere', async () => {
    const from = ['--from', 'cognito-lambda'];
    write('python.json', { FunctionName: 'f', Runtime: 'python3.13', Handler: 'app.handler' });
    assert.match(
      await refusal('import', 'lambda', ...from, '--configuration', 'python.json'),
      /f is written for python3\.13/,
    );
    write('empty/readme.md', 'nothing');
    assert.match(
      await refusal('import', 'empty', ...from),
      /empty has no index, handler, src\/index, src\/handler in JavaScript or TypeScript/,
    );
    write('outside.js', 'export default 1;');
    write('escapes/index.js', "import one from '../outside.js';\nexport const handler = () => one;\n");
    assert.match(await refusal('import', 'escapes', ...from), /outside\.js is not in /);
    write(
      'escapes/other.js',
      `import two from ${JSON.stringify(join(folder, 'configuration.json'))};\nexport const handler = () => two;\n`,
    );
    assert.match(await refusal('import', 'escapes/other.js', ...from), /configuration\.json is not in /);
    write('waits/index.js', 'const one = await Promise.resolve(1);\nexport const handler = () => one;\n');
    assert.match(await refusal('import', 'waits', ...from), /index\.js:1:12.*[Tt]op-level await/s);
    assert.match(await refusal('import', 'nowhere.js', ...from), /cannot be read/);
  });
});
