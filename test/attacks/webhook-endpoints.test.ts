import './quiet.ts';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { after, describe, it } from 'node:test';
import { asAuthorSees } from '../../services/hook-executor/author-view.ts';
import { createEgressBroker } from '../../services/hook-executor/egress/broker.ts';
import { networkOfRun } from '../../services/hook-executor/egress/network-of-run.ts';
import type { KnownRevision } from '../../services/hook-executor/revisions.ts';
import { createWebhookRuns } from '../../services/hook-executor/webhooks/webhook-runs.ts';
import type { WebhookKind } from '../../shared/domain/contracts.ts';
import { DEFAULT_HOOK_LIMITS, HookRevision } from '../../shared/domain/hook.ts';
import { NO_CEILING } from '../../shared/egress/address-ceiling.ts';
import { canary } from '../support/canary.ts';
import { hookArguments } from './sandbox.ts';

// The endpoint of a webhook is hostile, or taken over: it can shape the tokens of its hook, and nothing else.

const LOOPBACK = '127.0.0.1';
const BODY_MARK = 'said-by-the-endpoint';
const WALL_MS = 500;
/** What a run may take beyond its limit on a busy machine. */
const SLACK_MS = 2_000;
/** Longest that one answer may keep the executor from everything else. */
const MAX_BLOCKED_MS = 250;
const SIGNING = `whsec_${Buffer.from(canary('signing').padEnd(32, '.')).subarray(0, 32).toString('base64')}`;
const KEY = canary('endpoint-key');

const broker = createEgressBroker(NO_CEILING);
const servers: Server[] = [];
after(() => {
  broker.close();
  for (const server of servers) server.close();
});

type Behaviour = (socket: Socket, request: string) => void;

type Settings = { allowed?: string[]; secrets?: object; kind?: WebhookKind; configuration?: object };

/** A server that does with each request what it likes. */
async function endpoint(behave: Behaviour): Promise<{ port: number; connections: () => number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
    socket.once('data', (data) => behave(socket, data.toString('latin1')));
  }).listen(0, LOOPBACK);
  await once(server, 'listening');
  servers.push(server);
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

function webhookAt(
  url: string,
  { allowed = [LOOPBACK], secrets = {}, kind = 'webhook', configuration }: Settings = {},
) {
  const code = JSON.stringify(
    configuration ?? {
      contract: 'webhook',
      url,
      secret: { secret: 'SIGNING' },
      headers: { authorization: { secret: 'KEY' } },
    },
  );
  const revision = HookRevision.parse({
    hook_id: `hostile ${url}`,
    kind,
    code,
    egress: { allowed_addresses: allowed, allowed_hosts: null },
    limits: { ...DEFAULT_HOOK_LIMITS, wall_ms: WALL_MS },
    revision: 'r',
  });
  const known: KnownRevision = {
    revision,
    runnable: {
      revision: 'r',
      script: code,
      kind,
      secrets: { SIGNING, KEY, ...secrets },
      limits: revision.limits,
    },
  };
  const runs = createWebhookRuns();
  return async (args: string | null = hookArguments()) => {
    const deadlineMs = Date.now() + 10 * WALL_MS;
    const startedMs = performance.now();
    const outcome = await runs(known, 'hostile', args, deadlineMs, networkOfRun(broker, revision, deadlineMs));
    const seen = asAuthorSees(outcome, known);
    return { ...seen, ms: performance.now() - startedMs, text: JSON.stringify(seen) };
  };
}

const http = (body: string | Buffer, headers = '', status = '200 OK'): Buffer =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n${headers}\r\n`),
    Buffer.from(body),
  ]);
const ends =
  (bytes: string | Buffer): Behaviour =>
  (socket) =>
    socket.end(bytes);
/** Sends a piece again and again, until it is cut off. */
const goesOn =
  (first: string, piece: string, everyMs: number): Behaviour =>
  (socket) => {
    socket.write(first);
    const timer = setInterval(() => socket.write(piece), everyMs);
    socket.once('close', () => clearInterval(timer));
  };
/** As fast as it is read. */
const floods =
  (first: string, piece: string): Behaviour =>
  (socket) => {
    socket.write(first);
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', more);
    more();
  };

const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
const VALID = `{"claims":{"mark":"${BODY_MARK}"}}`;
const echo = (request: string): string => JSON.stringify(request);

const HOSTILE: Record<string, { behave: Behaviour; outcome: string; error?: RegExp }> = {
  'never answers': { behave: () => undefined, outcome: 'timed_out' },
  'drips its head': { behave: goesOn('HTTP/1.1 200 OK\r\n', 'x: y\r\n', 20), outcome: 'timed_out' },
  'drips its body': { behave: goesOn(CHUNKED, '1\r\n \r\n', 20), outcome: 'timed_out' },
  'hints without end': { behave: goesOn('', 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n', 5), outcome: 'timed_out' },
  'says it has more than it sends, and waits': {
    behave: (socket) => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n${VALID}`),
    outcome: 'timed_out',
  },
  'says it has more than it sends, and ends': {
    behave: ends(`HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n${VALID}`),
    outcome: 'threw',
    error: /EGRESS_FAILED/,
  },
  'says it has less than it sends': {
    behave: ends(`HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n${VALID}`),
    outcome: 'threw',
    error: /^the answer is not JSON$/,
  },
  'has two lengths': {
    behave: ends(`HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 30\r\n\r\n${VALID}`),
    outcome: 'threw',
    error: /EGRESS_FAILED/,
  },
  'has a length and chunks': {
    behave: ends(`HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    outcome: 'threw',
  },
  'sends a chunk of another size': { behave: ends(`${CHUNKED}ZZ\r\n${VALID}\r\n0\r\n\r\n`), outcome: 'threw' },
  'sends a body without end': {
    behave: floods(CHUNKED, `4000\r\n${' '.repeat(0x4000)}\r\n`),
    outcome: 'threw',
    error: /EGRESS_RESPONSE_TOO_LARGE/,
  },
  'sends a head without end': {
    behave: floods('HTTP/1.1 200 OK\r\n', `x-${'y'.repeat(1_000)}: z\r\n`),
    outcome: 'threw',
    error: /EGRESS_FAILED/,
  },
  'sends a little too much': {
    behave: ends(http(`{"claims":{"mark":"${BODY_MARK.padEnd(262_144, '!')}"}}`)),
    outcome: 'threw',
    error: /EGRESS_RESPONSE_TOO_LARGE/,
  },
  'is no HTTP server': { behave: ends(`220 ${BODY_MARK} ESMTP\r\n`), outcome: 'threw', error: /EGRESS_FAILED/ },
  'closes without a word': { behave: (socket) => socket.destroy(), outcome: 'threw', error: /EGRESS_FAILED/ },
  'echoes the request': { behave: (socket, request) => socket.end(http(echo(request))), outcome: 'threw' },
  'echoes the request as claims': {
    behave: (socket, request) => socket.end(http(`{"claim":${echo(request)}}`)),
    outcome: 'threw',
  },
  'echoes the request with 500': {
    behave: (socket, request) => socket.end(http(echo(request), '', '500 No')),
    outcome: 'threw',
    error: /^the endpoint answered 500$/,
  },
  'echoes the request in its head': {
    behave: (socket, request) =>
      socket.end(`HTTP/1.1 200 ${BODY_MARK}\r\n${BODY_MARK} ${request.replaceAll(/[\r\n]/g, ' ')}\r\n\r\n`),
    outcome: 'threw',
    error: /EGRESS_FAILED/,
  },
  compresses: {
    behave: ends(http(Buffer.from([0x1f, 0x8b, 8, 0, 0xff]), 'content-encoding: gzip\r\n')),
    outcome: 'threw',
  },
  'is no UTF-8': {
    behave: ends(http(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]))),
    outcome: 'threw',
    error: /UTF-8/,
  },
  'nests deeply': {
    behave: ends(http(`{"claims":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`)),
    outcome: 'threw',
    error: /64 levels/,
  },
  'nests a little too deeply': {
    behave: ends(http(`{"claims":{"a":${'['.repeat(63)}${']'.repeat(63)}}}`)),
    outcome: 'threw',
    error: /64 levels/,
  },
  'has many members': {
    behave: ends(http(`{"claims":{${Array.from({ length: 20_000 }, (_, i) => `"m${String(i)}":1`).join()}}}`)),
    outcome: 'threw',
    error: /too many values/,
  },
  'has many numbers': {
    behave: ends(http(`{"claims":{"a":[${'1e9,'.repeat(60_000)}1]}}`)),
    outcome: 'threw',
    error: /too many values/,
  },
  'has numbers of many digits': {
    behave: ends(http(`{"claims":{"a":[${'9'.repeat(200_000)}]}}`)),
    outcome: 'bad_result',
  },
  'has a prototype': {
    behave: ends(http(`{"__proto__":{"claims":{"mark":"${BODY_MARK}"}}}`)),
    outcome: 'threw',
    error: /a member beside claims and scope/,
  },
  'switches protocols': {
    behave: ends('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'),
    outcome: 'threw',
    error: /EGRESS_FAILED/,
  },
};

describe('a webhook whose endpoint', () => {
  for (const [name, { behave, outcome, error }] of Object.entries(HOSTILE)) {
    it(`${name} gives no token, in its time and without its words`, async () => {
      const { port } = await endpoint(behave);
      const blocked = blockedWhile();
      const ran = await webhookAt(`http://${LOOPBACK}:${String(port)}/`)();
      assert.equal(ran.outcome.status, outcome, ran.text);
      assert.ok(ran.ms < WALL_MS + SLACK_MS, `it took ${String(ran.ms)} ms`);
      assert.ok(blocked() < MAX_BLOCKED_MS, `nothing else was done for ${String(blocked())} ms`);
      for (const secret of [SIGNING, KEY, BODY_MARK]) assert.equal(ran.text.includes(secret), false, ran.text);
      if (error !== undefined) assert.match('error' in ran.outcome ? ran.outcome.error.message : '', error);
    });
  }

  it('redirects is not followed', async () => {
    const other = await endpoint(ends(http(VALID)));
    for (const status of ['301 Moved', '302 Found', '303 See Other', '307 Temporary', '308 Permanent', '300 Choose']) {
      const location = `location: http://${LOOPBACK}:${String(other.port)}/\r\n`;
      const { port } = await endpoint(ends(http(VALID, location, status)));
      const { outcome, text } = await webhookAt(`http://${LOOPBACK}:${String(port)}/`)();
      assert.equal(outcome.status, 'threw', text);
    }
    assert.equal(other.connections(), 0);
  });

  it('has claims named as objects have them changes no object', async () => {
    const body = '{"claims":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x"}}';
    const { port } = await endpoint(ends(http(body)));
    const { outcome } = await webhookAt(`http://${LOOPBACK}:${String(port)}/`)();
    assert.equal(outcome.status, 'ok');
    assert.equal('polluted' in {}, false);
    // As JSON has it: the gateway drops the names that no claim can have.
    assert.match(outcome.result ?? '', /^\{"__proto__":\{"polluted":1\},"constructor"/);
  });
});

describe('a redirect, where the contract follows it', () => {
  const hydra = (url: string) =>
    webhookAt(url, {
      kind: 'hydra-webhook',
      configuration: {
        url,
        auth: { type: 'api_key', config: { in: 'header', name: 'x-api-key', value: { secret: 'KEY' } } },
      },
    });
  const to = (location: string, status = '307 Temporary') => ends(http('', `location: ${location}\r\n`, status));

  it('shows the key to nobody else', async () => {
    const heard: string[] = [];
    const other = await endpoint((socket, request) => {
      heard.push(request);
      socket.end(http('{}'));
    });
    const { port } = await endpoint(to(`http://${LOOPBACK}:${String(other.port)}/x`));
    const { outcome } = await hydra(`http://${LOOPBACK}:${String(port)}/`)();
    assert.equal(outcome.status, 'ok');
    assert.match(heard.join(), /^POST \/x /);
    assert.equal(heard.join().includes(KEY), false);
  });

  for (const location of [
    'http://127.0.0.9/',
    'http://169.254.169.254/',
    'http://[::1]/',
    'file:///etc/passwd',
    'http://u:p@127.0.0.1/',
  ]) {
    it(`leads to no address that may not be reached: ${location}`, async () => {
      const { port } = await endpoint(to(location));
      const { outcome, text } = await hydra(`http://${LOOPBACK}:${String(port)}/`)();
      assert.equal(outcome.status, 'threw');
      assert.match(text, /EGRESS_ADDRESS_NOT_ALLOWED|EGRESS_INVALID_REQUEST|the endpoint answered 307/);
    });
  }
});

/** The longest time until now in which nothing else was done. */
function blockedWhile(): () => number {
  let [lastMs, longestMs] = [performance.now(), 0];
  const look = (): void => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  };
  const timer = setInterval(look, 1);
  return () => {
    clearInterval(timer);
    return longestMs;
  };
}

describe('a webhook to an address that is not public', () => {
  const NAMES = ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '0.0.0.0', '127.1'];
  for (const name of NAMES) {
    it(`is not asked: ${name}`, async () => {
      const { port, connections } = await endpoint(ends(http(VALID)));
      const { outcome, text } = await webhookAt(`http://${name}:${String(port)}/`, { allowed: [] })();
      assert.equal(outcome.status, 'threw');
      assert.match(text, /EGRESS_ADDRESS_NOT_ALLOWED/);
      assert.equal(connections(), 0);
    });
  }

  it('nor the metadata of a cloud, whatever else is allowed', async () => {
    const { text } = await webhookAt('http://169.254.169.254/latest/meta-data/')();
    assert.match(text, /EGRESS_ADDRESS_NOT_ALLOWED/);
  });
});

describe('a secret of a webhook', () => {
  for (const [name, secrets] of Object.entries({
    'that breaks a header': { KEY: `${KEY}\r\nx-injected: 1` },
    'that no header has': { KEY: `${KEY}\u{1f600}` },
    'that no signature has': { SIGNING: KEY },
    'that is too short': { SIGNING: `whsec_${Buffer.from('short').toString('base64')}` },
  })) {
    it(`${name} is told by its name, and nothing is sent`, async () => {
      const { port, connections } = await endpoint(ends(http(VALID)));
      const run = webhookAt(`http://${LOOPBACK}:${String(port)}/`, { secrets });
      for (const args of [null, hookArguments()]) {
        const { outcome, text } = await run(args);
        assert.deepEqual([outcome.status, 'during' in outcome && outcome.during], ['threw', 'load']);
        assert.match(text, /the secret (KEY|SIGNING) (is nothing|must be)/);
        assert.equal(text.includes(KEY), false);
      }
      assert.equal(connections(), 0);
    });
  }
});

describe('an endpoint that is away', () => {
  it('is not asked by every token: the circuit opens', async () => {
    const { port, connections } = await endpoint((socket) => socket.destroy());
    const run = webhookAt(`http://${LOOPBACK}:${String(port)}/`);
    for (let i = 0; i < 10; i++) assert.equal((await run()).outcome.status, 'threw');
    const asked = connections();
    for (let i = 0; i < 50; i++) {
      const { outcome } = await run();
      assert.deepEqual(
        [outcome.status, 'reason' in outcome && outcome.reason],
        ['unavailable', 'the endpoint of the webhook has given no answers lately'],
      );
    }
    assert.equal(connections(), asked);
  });

  it('is still asked where it answers, whatever it answers', async () => {
    const { port } = await endpoint(ends(http('no', 'connection: close\r\n', '500 No')));
    const run = webhookAt(`http://${LOOPBACK}:${String(port)}/`);
    for (let i = 0; i < 15; i++) assert.equal((await run()).outcome.status, 'threw');
  });
});
