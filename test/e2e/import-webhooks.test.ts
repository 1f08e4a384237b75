import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { canary } from '../support/canary.ts';
import { openManagement } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

// What systems export of the endpoint that they ask, from their file to a token.

const CLI = fileURLToPath(new URL('../../cli/hookmint.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hookmint-import-webhooks-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const stack = withStack({ hook: null });

const asked: IncomingHttpHeaders[] = [];
let answer: unknown;
const server = createServer((request, response) => {
  asked.push(request.headers);
  request.resume().on('end', () => response.end(JSON.stringify(answer)));
});
let origin: string;
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
after(() => {
  server.close().closeAllConnections();
});

const HERE = ['--allow-address', '127.0.0.1'];

type Ended = { code: number | null; stdout: string; stderr: string };

async function run(args: string[], variables: Record<string, string> = {}): Promise<Ended> {
  const env = {
    HOOKMINT_URL: stack().url,
    HOOKMINT_CLIENT_ID: stack().managementClientId,
    HOOKMINT_CLIENT_SECRET: stack().managementClientSecret,
  };
  const child = spawn(process.execPath, [CLI, 'import', ...args], {
    cwd: folder,
    env: { ...process.env, ...env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (ended.stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (ended.stderr += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { ...ended, code };
}

function write(name: string, content: unknown): void {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

async function claims(): Promise<Record<string, unknown>> {
  asked.length = 0;
  const { status, body } = await requestToken(stack(), {});
  assert.equal(status, 200, JSON.stringify(body));
  return decodeJwt(String(body.access_token));
}

async function hooks(): Promise<string[]> {
  const { body } = await (await openManagement(stack())).call('GET', '/hooks');
  return (body as { name: string }[]).map(({ name }) => name);
}

/** Refused as wrong, before anything is written. */
async function refusal(args: string[], variables?: Record<string, string>): Promise<string> {
  const before = await hooks();
  const { code, stderr } = await run(args, variables);
  assert.equal(code, 2, stderr);
  assert.deepEqual(await hooks(), before);
  return stderr;
}

describe('hookmint import --from hydra-webhook', () => {
  const from = ['--from', 'hydra-webhook'];

  it('takes the hook with its key, and the switches of claims', async () => {
    const key = canary('hydra-hook-key');
    write(
      'hydra.yaml',
      `dsn: memory
oauth2:
  mirror_top_level_claims: false
  allowed_top_level_claims: [tenant]
  token_hook:
    url: ${origin}/token
    auth: { type: api_key, config: { in: header, name: x-api-key, value: '${key}' } }
`,
    );
    const shown = await run(['hydra.yaml', ...from, '--dry-run']);
    assert.equal(shown.code, 0, shown.stderr);
    assert.equal(
      shown.stdout,
      `hook        token-hook\ncontract    hydra-webhook\nendpoint    ${origin}/token\nsecrets     HOOK_KEY\non_failure  deny\nwall_ms     20000\n`,
    );
    assert.doesNotMatch(shown.stdout + shown.stderr, new RegExp(key));
    assert.equal((await hooks()).includes('token-hook'), false);
    const made = await run(['hydra.yaml', ...from, ...HERE, '--enable']);
    assert.match(made.stdout, /^token-hook is made\. It shapes tokens\.$/m, made.stderr);
    answer = { session: { access_token: { tenant: 't1', plan: 'gold' } } };
    const { tenant, ext } = await claims();
    assert.deepEqual([tenant, ext], ['t1', undefined]);
    assert.equal(asked[0]?.['x-api-key'], key);
  });

  it('takes the address alone, as JSON too', async () => {
    write('hydra.json', { oauth2: { token_hook: `${origin}/token` } });
    const made = await run(['hydra.json', ...from, ...HERE, '--name', 'bare', '--enable']);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /^secrets {5}\(none\)$/m);
    answer = { session: { access_token: { plan: 'gold' } } };
    assert.deepEqual((await claims()).ext, { plan: 'gold' });
  });

  it('shows no key where Hydra shows none, and says so', async () => {
    const auth = { type: 'api_key', config: { name: 'x-api-key', value: canary('unused-key') } };
    write('no-place.json', { oauth2: { token_hook: { url: `${origin}/token`, auth } } });
    const { stdout, stderr } = await run(['no-place.json', ...from, '--dry-run']);
    assert.match(stdout, /^secrets {5}\(none\)$/m);
    assert.match(stderr, /Without auth\.config\.in Hydra shows the endpoint no key/);
  });

  it('names what would be lost, and writes nothing until that is accepted', async () => {
    write('lossy.json', {
      oauth2: { token_hook: `${origin}/token`, allowed_top_level_claims: ['tenant', 'permissions'] },
    });
    const before = await hooks();
    const refused = await run(['lossy.json', ...from, '--name', 'lossy']);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stdout,
      /^LOSS {8}allowed_top_level_claims: permissions is the issuer's here, and stays in ext$/m,
    );
    assert.match(refused.stderr, /1 setting of it would be lost.*Nothing was changed/);
    assert.deepEqual(await hooks(), before);
    assert.equal((await run(['lossy.json', ...from, '--name', 'lossy', '--dry-run'])).code, 1);
    assert.equal((await run(['lossy.json', ...from, '--name', 'lossy', '--accept-losses'])).code, 0);
    assert.equal((await hooks()).includes('lossy'), true);
  });

  it('refuses what is none, without a word of the file', async () => {
    write('none.yaml', 'oauth2: {}\n');
    assert.match(await refusal(['none.yaml', ...from]), /none\.yaml has no oauth2\.token_hook/);
    const key = canary('quoted-key');
    write('broken.yaml', `oauth2:\n  token_hook: { url: "${key}\n`);
    const said = await refusal(['broken.yaml', ...from]);
    assert.match(said, /broken\.yaml cannot be used: it is neither JSON nor YAML at line \d/);
    assert.doesNotMatch(said, new RegExp(key));
    write('host.yaml', {
      oauth2: {
        token_hook: { url: origin, auth: { type: 'api_key', config: { in: 'header', name: 'Host', value: key } } },
      },
    });
    assert.match(await refusal(['host.yaml', ...from]), /Host|header that hookmint sets itself/);
    write(
      'bomb.yaml',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
        .split('')
        .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]`)
        .join('\n')}\n`,
    );
    assert.match(await refusal(['bomb.yaml', ...from]), /bomb\.yaml/);
  });
});

describe('hookmint import --from wso2-webhook', () => {
  const from = ['--from', 'wso2-webhook'];
  const action = (change: object = {}, rest: object = {}) => ({
    id: '24f64d17',
    type: 'PRE_ISSUE_ACCESS_TOKEN',
    name: 'Access Token Pre Issue',
    status: 'ACTIVE',
    endpoint: { uri: `${origin}/pre-issue`, authentication: { type: 'API_KEY' }, ...change },
    ...rest,
  });

  it('takes the action; what WSO2 never tells is asked for', async () => {
    write('action.json', action({ allowedParameters: ['tenant'] }));
    assert.match(await refusal(['action.json', ...from]), /add --key-header NAME/);
    const args = ['action.json', ...from, '--key-header', 'x-api-key', ...HERE, '--enable'];
    assert.match(await refusal(args), /HOOK_KEY \(HOOKMINT_SECRET_ACCESS_TOKEN_PRE_ISSUE_HOOK_KEY\).*--secrets/);
    const key = canary('wso2-key');
    const made = await run(args, { HOOKMINT_SECRET_ACCESS_TOKEN_PRE_ISSUE_HOOK_KEY: key });
    assert.match(made.stdout, /^wall_ms {5}5000$/m, made.stderr);
    assert.match(made.stdout, /^access-token-pre-issue is made\. It shapes tokens\.$/m);
    answer = {
      actionStatus: 'SUCCESS',
      operations: [{ op: 'add', path: '/accessToken/claims/-', value: { name: 'tier', value: 'gold' } }],
    };
    assert.equal((await claims()).tier, 'gold');
    assert.equal(asked[0]?.['x-api-key'], key);
  });

  it('shows the endpoint a name and password, or a token', async () => {
    const HOOK_KEY = canary('wso2-password');
    write('basic.json', action({ authentication: { type: 'BASIC' } }, { name: 'Basic' }));
    write('basic-secrets.json', { HOOK_USERNAME: 'u', HOOK_KEY });
    const basic = await run(['basic.json', ...from, ...HERE, '--secrets', 'basic-secrets.json', '--enable']);
    assert.equal(basic.code, 0, basic.stderr);
    await claims();
    assert.equal(asked[0]?.authorization, `Basic ${Buffer.from(`u:${HOOK_KEY}`).toString('base64')}`);
    write('bearer.json', action({ authentication: { type: 'BEARER' } }, { name: 'Bearer' }));
    assert.match(await refusal(['bearer.json', ...from, '--secrets', 'basic-secrets.json']), /no secret HOOK_USERNAME/);
    write('bearer-secrets.json', { HOOK_KEY });
    await run(['bearer.json', ...from, ...HERE, '--secrets', 'bearer-secrets.json', '--enable']);
    await claims();
    assert.equal(asked.at(-1)?.authorization, `Bearer ${HOOK_KEY}`);
  });

  it('names the rule, headers that are not kept, and another authentication', async () => {
    const expression = (field: string, operator: string, value: string) => ({ field, operator, value });
    const rule = {
      condition: 'OR',
      rules: [
        {
          condition: 'AND',
          expressions: [expression('application', 'equals', 'a1'), expression('grantType', 'notEquals', 'password')],
        },
        { condition: 'AND', expressions: [expression('grantType', 'equals', 'client_credentials')] },
      ],
    };
    const authentication = { type: 'CLIENT_CREDENTIAL' };
    write('lossy-action.json', action({ authentication, allowedHeaders: ['x-geo-location', 'Host'] }, { rule }));
    const { code, stdout } = await run(['lossy-action.json', ...from, '--dry-run']);
    assert.equal(code, 1);
    assert.deepEqual(
      stdout.split('\n').filter((line) => line.startsWith('LOSS')),
      [
        'LOSS        endpoint.allowedHeaders: x-geo-location of the token request is not kept here',
        'LOSS        rule: application equals a1 and grantType notEquals password or grantType equals client_credentials; here it is asked for each token',
        'LOSS        endpoint.authentication: the endpoint is shown nothing in the place of CLIENT_CREDENTIAL',
      ],
    );
  });

  it('refuses the list of actions, and actions of something else', async () => {
    write('actions.json', [{ name: 'One', links: [{ href: '/api/server/v1/actions/preIssueAccessToken/24f6' }] }]);
    assert.match(
      await refusal(['actions.json', ...from]),
      /is the list of actions.*One: GET \/api\/server\/v1\/actions\/preIssueAccessToken\/24f6/,
    );
    write('password.json', action({}, { type: 'PRE_UPDATE_PASSWORD' }));
    assert.match(await refusal(['password.json', ...from]), /is an action of PRE_UPDATE_PASSWORD/);
  });
});

describe('hookmint import --from okta-webhook', () => {
  const from = ['--from', 'okta-webhook'];
  const hook = (config: object = {}, rest: object = {}) => ({
    id: 'calr0dvWvbMQJHZUM0g3',
    status: 'ACTIVE',
    name: 'Token Hook',
    type: 'com.okta.oauth2.tokens.transform',
    version: '1.0.1',
    channel: {
      type: 'HTTP',
      version: '1.0.0',
      config: {
        uri: `${origin}/okta`,
        method: 'POST',
        headers: [{ key: 'x-env', value: 'test' }],
        authScheme: { type: 'HEADER', key: 'Authorization' },
        ...config,
      },
    },
    ...rest,
  });

  it('takes the hook of tokens out of the list; it fails open as there', async () => {
    write('hooks.json', [hook({}, { name: 'Other', type: 'com.okta.saml.tokens.transform' }), hook()]);
    const HOOK_KEY = canary('okta-key');
    write('okta-secrets.json', { HOOK_KEY });
    const made = await run(['hooks.json', ...from, ...HERE, '--secrets', 'okta-secrets.json', '--enable']);
    assert.match(made.stdout, /^on_failure {2}issue_unmodified\nwall_ms {5}3000$/m, made.stderr);
    assert.match(made.stdout, /^token-hook is (?:made|changed)\. It shapes tokens\.$/m);
    answer = {
      commands: [{ type: 'com.okta.access.patch', value: [{ op: 'add', path: '/claims/plan', value: 'gold' }] }],
    };
    assert.equal((await claims()).plan, 'gold');
    assert.deepEqual([asked[0]?.authorization, asked[0]?.['x-env']], [HOOK_KEY, 'test']);
    answer = 'none';
    assert.equal('plan' in (await claims()), false);
  });

  it('names what the endpoint is not shown', async () => {
    const config = {
      uri: `${origin}/okta`,
      authType: 'client_secret_post',
      clientId: 'x',
      tokenUrl: `${origin}/token`,
      scope: 's',
    };
    write('oauth.json', hook({}, { channel: { type: 'OAUTH', version: '1.0.0', config } }));
    const { code, stdout } = await run(['oauth.json', ...from]);
    assert.equal(code, 1);
    assert.match(stdout, /^LOSS {8}channel: the endpoint is shown no token of OAUTH$/m);
  });

  it('refuses several, none, and what is none', async () => {
    write('several.json', [hook(), hook({}, { name: 'Second' })]);
    assert.match(
      await refusal(['several.json', ...from]),
      /several hooks of tokens: Token Hook, Second\. Give the JSON of one/,
    );
    write('others.json', [hook({}, { type: 'com.okta.user.pre-registration' })]);
    assert.match(await refusal(['others.json', ...from]), /has no hook of com\.okta\.oauth2\.tokens\.transform/);
    write('other-one.json', hook({}, { type: 'com.okta.user.pre-registration' }));
    assert.match(await refusal(['other-one.json', ...from]), /is a hook of com\.okta\.user\.pre-registration/);
    write('half.json', [{ name: 'Half', type: 'com.okta.oauth2.tokens.transform' }]);
    assert.match(await refusal(['half.json', ...from]), /Half is no inline hook of Okta/);
  });
});

describe('options of one system', () => {
  it('are refused for the others', async () => {
    assert.match(
      await refusal(['x', '--from', 'logto', '--configuration', 'c.json']),
      /--configuration is of cognito-lambda/,
    );
    assert.match(
      await refusal(['x', '--from', 'okta-webhook', '--key-header', 'x']),
      /--key-header is of wso2-webhook/,
    );
  });
});
