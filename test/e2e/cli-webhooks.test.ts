import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import type { DryRun } from '../../cli/hook/dry-run.ts';
import { openManagement } from '../support/management.ts';
import {
  startOtlpReceiver,
  type OtlpReceiver,
  type ReceivedPoint,
  type ReceivedSpan,
} from '../support/otlp-receiver.ts';
import { runCli, startCli, type Ended } from '../support/run-cli.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';

// A webhook from its file to a token: the commands, the API, what is seen of it.

const SECRET_BYTES = Buffer.alloc(32, 7);
const SECRET = `whsec_${SECRET_BYTES.toString('base64')}`;
const folder = mkdtempSync(join(tmpdir(), 'hookmint-webhooks-'));

let stack: Stack;
let otlp: OtlpReceiver;
const cleanup = new AsyncDisposableStack();
cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));

const asked: { headers: IncomingHttpHeaders; body: string }[] = [];
let answer: { status: number; body: unknown } = { status: 200, body: { claims: { tier: 'gold' } } };
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    asked.push({ headers: request.headers, body });
    response.writeHead(answer.status).end(JSON.stringify(answer.body));
  });
});

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup.defer(() => {
    server.close().closeAllConnections();
  });
  otlp = await startOtlpReceiver();
  cleanup.defer(() => otlp.close());
  stack = await startStack({ hook: null, env: { ...otlp.env } });
  cleanup.defer(() => stack.stop());
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/token`;
  writeFileSync(join(folder, 'tier.json'), JSON.stringify({ contract: 'webhook', url, secret: { secret: 'SIGN' } }));
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify({ SIGN: SECRET }));
});
after(() => cleanup.disposeAsync());

const hookmint = (...args: string[]): Promise<Ended> => runCli(stack, folder, args);

async function claims(): Promise<Record<string, unknown>> {
  return decodeJwt(String((await requestToken(stack, {})).body.access_token));
}

describe('a webhook', () => {
  it('has a template, which is never code', async () => {
    assert.equal((await hookmint('hook', 'new', '--contract', 'webhook')).code, 0);
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'webhook.json'), 'utf8')), {
      contract: 'webhook',
      url: 'https://hooks.example.com/token',
      secret: { secret: 'WEBHOOK_SECRET' },
    });
    assert.match((await hookmint('hook', 'new', 'x.js', '--contract', 'webhook')).stderr, /\.json/);
    assert.match((await hookmint('hook', 'new', 'x.json')).stderr, /\.json/);
  });

  it('runs once on this machine, by the rules of the network', async () => {
    const refused = await hookmint('hook', 'run', 'tier.json', '--secrets', 'secrets.json');
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /^contract {7}webhook$/m);
    assert.match(refused.stdout, /EGRESS_ADDRESS_NOT_ALLOWED/);
    assert.match(refused.stdout, /--allow-address/);
    const args = ['--secrets', 'secrets.json', '--allow-address', '127.0.0.1', '--json'];
    const { code, stdout } = await hookmint('hook', 'run', 'tier.json', ...args);
    assert.equal(code, 0, stdout);
    const { token, network, kind } = JSON.parse(stdout) as DryRun;
    assert.deepEqual([kind, token?.claims], ['webhook', { tier: 'gold' }]);
    assert.partialDeepStrictEqual(network, [{ method: 'POST', status: 200 }]);
  });

  it('is deployed, and shapes tokens; its request is signed', async () => {
    const args = ['--secrets', 'secrets.json', '--allow-address', '127.0.0.1', '--enable'];
    const deployed = await hookmint('hook', 'deploy', 'tier.json', ...args);
    assert.equal(
      deployed.stdout,
      'tier: revision 1 is deployed and enabled; its contract is webhook\n',
      deployed.stderr,
    );
    asked.length = 0;
    const { body } = await requestToken(stack, { own: 'parameter' });
    assert.equal(decodeJwt(String(body.access_token)).tier, 'gold');
    const [request] = asked;
    assert.ok(request !== undefined);
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
    const content = `${String(id)}.${String(timestamp)}.${request.body}`;
    assert.equal(signature, `v1,${createHmac('sha256', SECRET_BYTES).update(content).digest('base64')}`);
    assert.ok(Math.abs(Number(timestamp) - Date.now() / 1_000) < 60);
    const { type, data } = JSON.parse(request.body) as { type: string; data: Record<string, unknown> };
    assert.equal(type, 'token.requested');
    assert.partialDeepStrictEqual(data, { body: { grant_type: 'client_credentials', own: 'parameter' } });
    assert.doesNotMatch(request.body, /client_secret/);
    assert.match(String(request.headers.traceparent), /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  });

  it('is in traces and metrics by their conventions', async () => {
    const isOurs = ({ name, attributes }: ReceivedSpan): boolean =>
      name === 'POST' && attributes['server.address'] === '127.0.0.1';
    await until('the span of the request', () => otlp.spans.some(isOurs));
    const span = otlp.spans.find(isOurs);
    assert.ok(span !== undefined);
    assert.partialDeepStrictEqual(span.attributes, {
      'http.request.method': 'POST',
      'server.port': (server.address() as AddressInfo).port,
      'http.response.status_code': 200,
    });
    assert.doesNotMatch(JSON.stringify(span.attributes), /\/token/);
    const durations = (): ReceivedPoint[] => otlp.points.filter(({ name }) => name === 'http.client.request.duration');
    await until('the duration of the request', () => durations().length > 0);
    const circuits = otlp.points.filter(({ name }) => name === 'hookmint.webhook.circuit.changes');
    assert.ok(circuits.length > 0 && circuits.every(({ value }) => value === 0), 'so that the first change is seen');
    assert.partialDeepStrictEqual(durations()[0]?.attributes, {
      'http.request.method': 'POST',
      'server.address': '127.0.0.1',
      'http.response.status_code': 200,
    });
  });

  it('is tried where hooks run', async () => {
    const tried = await hookmint('hook', 'try', 'tier');
    assert.equal(tried.code, 0, tried.stdout);
    assert.match(tried.stdout, /^contract {7}webhook$/m);
    assert.match(tried.stdout, /tier/);
  });

  it('fails by the policy of the hook, and the live log says why', async () => {
    answer = { status: 500, body: { secret: 'said-by-the-endpoint' } };
    const logs = startCli(stack, folder, ['hook', 'logs', 'tier']);
    let said = '';
    logs.stdout?.on('data', (text: Buffer) => (said += text.toString()));
    try {
      await until('the live log', async () => {
        const { status, body } = await requestToken(stack, {});
        assert.deepEqual(
          [status, body],
          [500, { error: 'server_error', error_description: 'The webhook of the token gave no valid answer' }],
        );
        return said.includes('the endpoint answered 500');
      });
    } finally {
      logs.kill();
    }
    assert.doesNotMatch(said, /said-by-the-endpoint/);
    await hookmint('hook', 'deploy', 'tier.json', '--on-failure', 'issue_unmodified');
    const { status, body } = await requestToken(stack, {});
    assert.equal(status, 200);
    assert.equal('tier' in decodeJwt(String(body.access_token)), false);
    answer = { status: 200, body: { claims: { tier: 'gold' } } };
  });

  it('is exported as what it is, and imported again', async () => {
    const exported = await hookmint('export', 'out');
    assert.equal(exported.code, 0, exported.stderr);
    const text = readFileSync(join(folder, 'out/hooks/tier/webhook.json'), 'utf8');
    assert.equal((JSON.parse(text) as { contract: string }).contract, 'webhook');
    const management = await openManagement(stack);
    const { body } = await management.call('GET', '/hooks');
    const [hook] = (body as { id: string; name: string }[]).filter(({ name }) => name === 'tier');
    await management.call('DELETE', `/hooks/${String(hook?.id)}`);
    assert.equal('tier' in (await claims()), false);
    writeFileSync(join(folder, 'import.yaml'), `hooks:\n  tier:\n    SIGN: ${SECRET}\n`);
    const imported = await hookmint('import', 'out', '--secrets', 'import.yaml', '--yes');
    assert.equal(imported.code, 0, imported.stdout + imported.stderr);
    assert.match(imported.stdout, /^\+ hook tier$/m);
    assert.equal((await claims()).tier, 'gold');
  });
});

describe('the API refuses a webhook', () => {
  const REFUSED: Record<string, [change: object, hookmint: object, message: RegExp]> = {
    'without its members': [{ url: undefined }, {}, /url.*webhook_invalid/s],
    'with a member that nothing reads': [{ timeout: 5 }, {}, /timeout.*webhook_invalid/s],
    'to what is no endpoint': [{ url: 'file:///etc/passwd' }, {}, /url: must be an http.*webhook_invalid/s],
    'with a password in its URL': [
      { url: 'https://u:p@hooks.example.com/' },
      {},
      /url: must be an http.*webhook_invalid/s,
    ],
    'with a secret in its file': [{ secret: SECRET }, {}, /secret: must be \{.*NAME\}.*webhook_invalid/s],
    'that sets what hookmint sets': [
      { headers: { Host: 'x' } },
      {},
      /headers\.Host: is a header that hookmint sets itself.*webhook_invalid/s,
    ],
    'of a contract that there is not': [
      { contract: 'other-webhook' },
      {},
      /contract: must be one of webhook.*webhook_invalid/s,
    ],
    'of another contract than is said': [{}, { contract: 'logto' }, /webhook_invalid/],
    'with limits of code': [{}, { limits: { cpu_ms: 5 } }, /hookmint\.limits\.cpu_ms/],
    'with processes of its own': [{}, { isolation: 'process' }, /hookmint\.isolation/],
    'in TypeScript': [{}, { language: 'typescript' }, /TypeScript.*webhook_invalid/s],
  };
  for (const [name, [change, settings, message]] of Object.entries(REFUSED)) {
    it(name, async () => {
      const management = await openManagement(stack);
      const script = JSON.stringify({
        contract: 'webhook',
        url: 'https://hooks.example.com/',
        secret: { secret: 'SIGN' },
        ...change,
      });
      const answered = await management.call('POST', '/hooks', {
        name: 'refused',
        script,
        triggerId: 'credentials-exchange',
        hookmint: settings,
      });
      assert.equal(answered.status, 400, JSON.stringify(answered.body));
      assert.match(JSON.stringify(answered.body), message);
      assert.equal(JSON.stringify(answered.body).includes(SECRET), false);
    });
  }

  it('that names a secret which it has not, once it is enabled', async () => {
    const management = await openManagement(stack);
    const answered = await management.call('POST', '/hooks', {
      name: 'no-secret',
      script: JSON.stringify({ contract: 'webhook', url: 'https://hooks.example.com/', secret: { secret: 'NONE' } }),
      triggerId: 'credentials-exchange',
      enabled: true,
    });
    assert.equal(answered.status, 400);
    assert.match(JSON.stringify(answered.body), /the hook has no secret NONE.*hook_load_failed/s);
  });
});
