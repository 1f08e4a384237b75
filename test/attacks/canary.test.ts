import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { SignJWT } from 'jose';
import { JWT_BEARER } from '../../services/gateway/steps/read-assertion.ts';
import { EVENTS_STREAM } from '../../shared/subjects/events.ts';
import { canary, CANARY_MARK } from '../support/canary.ts';
import { findSecrets } from '../support/canary-find.ts';
import { withoutBanner } from '../support/canary-run.ts';
import { openManagement, type Management } from '../support/management.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver.ts';
import { sendRaw } from '../support/raw-http.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';

// What goes wrong is told in logs, spans, events and answers: never with a secret in it, at the most talkative level.

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });

const secrets = {
  key: canary('hook-secret'),
  pem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
};

/** Puts its secrets, as authors do when they look for a mistake, wherever a hook can put something. */
const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  const { key, pem } = context.webtask.secrets;
  console.log('plain', key, pem);
  console.log(context.webtask.secrets);
  console.error(JSON.stringify(context), JSON.stringify({ deep: { pem } }));
  console.log(encodeURIComponent(pem), Buffer.from(key).toString('base64'), btoa(key));
  const error = new Error('refused with ' + key + ' and ' + JSON.stringify(pem));
  error.name = 'Refused ' + key;
  switch (context.body.how) {
    case 'throw': throw error;
    case 'callback': return cb(error);
    case 'deny': return cb(new InvalidScopeError(key));
    case 'reject': return void Promise.reject(error);
    case 'not-json': return cb(null, { [key]: 1n });
    case 'bad-claim': return cb(null, { sub: key, 'https://foo.com/claim': key });
    default: return cb(null, {});
  }
};`;

describe('a stack that everything goes wrong in', () => {
  let [stack, receiver, api]: [Stack?, OtlpReceiver?, Management?] = [];
  const heard: string[] = [];
  const answers: string[] = [];

  before(async () => {
    receiver = await startOtlpReceiver();
    stack = await startStack({
      hook: null,
      env: {
        LOG_LEVEL: 'trace',
        ...receiver.env,
      },
    });
    const bus = await stack.bus();
    for (const name of ['token.issued', 'token.denied', 'token.failed', 'config.written', 'hook.log']) {
      bus.subscribe(`hookmint.demo.${name}`, { callback: (_error, message) => void heard.push(message.string()) });
    }
    await bus.flush();
    api = await openManagement(stack);
  });
  after(async () => {
    await stack?.stop();
    await receiver?.close();
  });

  const running = (): { stack: Stack; receiver: OtlpReceiver; api: Management } => {
    assert.ok(stack !== undefined && receiver !== undefined && api !== undefined, 'the stack did not start');
    return { stack, receiver, api };
  };
  /** A call whose answer has no secret to show. */
  async function ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<number> {
    const answer = await running().api.call(method, path, body, headers);
    answers.push(JSON.stringify(answer.body ?? ''));
    return answer.status;
  }
  async function token(overrides: Record<string, string | undefined>, headers?: Record<string, string>) {
    const { status, body } = await requestToken(running().stack, overrides, headers);
    if (status !== 200) answers.push(JSON.stringify(body));
    return { status, body };
  }

  it('clients that present wrong secrets, assertions, headers and bodies', async () => {
    const { stack } = running();
    const wrong = canary('wrong-client-secret');
    const basic = Buffer.from(`${stack.clientId}:${wrong}`).toString('base64');
    const none = { client_id: undefined, client_secret: undefined };
    assert.equal((await token({ client_secret: wrong })).status, 401);
    assert.equal((await token(none, { authorization: `Basic ${basic}` })).status, 401);
    assert.equal((await token(none, { authorization: `Bearer ${wrong}` })).status, 401);
    assert.equal((await token({ client_secret: wrong }, { authorization: `Basic ${basic}` })).status, 400);
    assert.equal((await token({ grant_type: 'password', password: wrong })).status, 400);
    const client_assertion = await new SignJWT({ iss: stack.clientId, sub: stack.clientId, aud: `${stack.url}/` })
      .setProtectedHeader({ alg: 'RS256', kid: canary('assertion-kid') })
      .setIssuedAt()
      .setExpirationTime('1m')
      .setJti('1')
      .sign(privateKey);
    const assertion = { ...none, client_assertion, client_assertion_type: JWT_BEARER };
    assert.equal((await token(assertion)).status, 401);
    const head = ['Host: x', 'Connection: close', 'Content-Type: application/json'];
    for (const [body, ...headers] of [
      [`{"client_secret":"${wrong}"`],
      [`{"client_secret":"${wrong}"}`, 'Content-Encoding: gzip'],
      [`{"client_secret":"${'x'.repeat(200_000)}${wrong}"}`],
      [JSON.stringify({ client_secret: { toString: wrong }, grant_type: 'client_credentials' })],
    ] as [string, ...string[]][]) {
      for (const path of [`/oauth/token?client_secret=${wrong}`, `/api/v2/clients?token=${wrong}`]) {
        const length = `Content-Length: ${String(body.length)}`;
        const request = [
          `POST ${path} HTTP/1.1`,
          ...head,
          ...headers,
          `Authorization: Bearer ${wrong}`,
          length,
          '',
          body,
        ];
        answers.push((await sendRaw(stack.url, request.join('\r\n')))?.body ?? '');
      }
    }
    answers.push((await sendRaw(stack.url, `GET / HTTP/1.1\r\nAuthorization: ${wrong}\r\nbroken\r\n\r\n`))?.body ?? '');
  });

  it('a hook that prints, throws and returns its secrets', async () => {
    const { api } = running();
    const made = await api.call('POST', '/hooks', { name: 'leaky', script: HOOK, triggerId: 'credentials-exchange' });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const { id } = made.body as { id: string };
    assert.equal(await ask('POST', `/hooks/${id}/secrets`, secrets), 201);
    assert.equal(await ask('PATCH', `/hooks/${id}/secrets`, { key: secrets.key }), 201);
    assert.equal(await ask('POST', `/hooks/${id}/secrets`, { key: secrets.key }), 409);
    assert.equal(await ask('POST', `/hooks/${id}/secrets`, { more: [secrets.key] }), 400);
    assert.equal(await ask('PATCH', `/hooks/${id}`, { enabled: true }), 200);
    for (const path of [`/hooks/${id}`, `/hooks/${id}/secrets`, '/hooks']) assert.equal(await ask('GET', path), 200);
    for (const how of ['throw', 'callback', 'deny', 'reject', 'not-json', 'bad-claim', 'nothing']) {
      await token({ how });
    }
    assert.ok(
      heard.some((text) => text.includes('[secret key]')),
      'no run of the hook was heard of',
    );
  });

  it('clients and keys that are made and changed over the Management API', async () => {
    const { api, stack } = running();
    const client_secret = canary('client-secret');
    const made = await api.call('POST', '/clients', { name: 'canary', app_type: 'non_interactive', client_secret });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const { client_id } = made.body as { client_id: string };
    await api.call('POST', `/clients/${client_id}/rotate-secret`);
    assert.equal(await ask('POST', '/clients', { name: 'canary', client_secret: [client_secret] }), 400);
    assert.equal(await ask('PATCH', `/clients/${client_id}`, { unknown: client_secret }), 400);
    assert.equal(await ask('POST', '/keys/signing/rotate'), 201);
    assert.equal(await ask('GET', '/keys/signing'), 200);
    const bearer = { authorization: `Bearer ${canary('bearer')}` };
    assert.equal(await ask('GET', '/clients', undefined, bearer), 401);
    const other = await requestToken(stack);
    assert.equal(other.status, 200);
    assert.equal(
      await ask('GET', '/clients', undefined, { authorization: `Bearer ${String(other.body.access_token)}` }),
      401,
    );
  });

  it('services and servers that die under requests', async () => {
    const { stack } = running();
    for (const name of ['signer', 'mongod', 'hook-executor', 'sandbox', 'nats-server'] as const) {
      for (const pid of stack.pidsOf(name)) process.kill(pid, 'SIGKILL');
      await Promise.all([token({}), token({ how: 'throw' }), ask('GET', '/clients'), ask('GET', '/keys/signing')]);
      await delay(300);
    }
    const untilMs = Date.now() + 20_000;
    while ((await token({ how: 'nothing' })).status !== 200) {
      assert.ok(Date.now() < untilMs, 'no token any more');
      await delay(100);
    }
  });

  it('show no secret in any log, span, metric, event or answer', async () => {
    const { stack, receiver } = running();
    await delay(1_000);
    assert.equal(await ask('GET', '/logs?per_page=100'), 200);
    const manager = await jetstreamManager(await stack.bus());
    const { state } = await manager.streams.info(EVENTS_STREAM);
    const events: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await manager.streams.getMessage(EVENTS_STREAM, { seq });
      if (message !== null) events.push(new TextDecoder().decode(message.data));
    }
    const file = JSON.parse(readFileSync(join(stack.dataDir, 'secrets.json'), 'utf8')) as Record<string, unknown>;
    const known = Object.entries(secrets).map(([kind, value]) => ({ kind: `the hook's ${kind}`, value }));
    const pemLine = { kind: 'a line of the PEM', value: secrets.pem.split('\n')[3] ?? '' };
    const everything: Record<string, string> = {
      'the services’ logs': withoutBanner(stack.output()),
      'NATS’ log': readFileSync(join(stack.dataDir, 'nats/nats-server.log'), 'utf8'),
      'MongoDB’s log': readFileSync(join(stack.dataDir, 'mongodb/mongod.log'), 'utf8'),
      'spans and metrics': receiver.text(),
      'what the bus tells': heard.join('\n'),
      'the stream of events': events.join('\n'),
      answers: answers.join('\n'),
    };
    for (const [where, text] of Object.entries(everything)) {
      assert.ok(text.length > 500, `${where}: nothing to look at`);
      const shown = findSecrets(text, [
        ...known,
        pemLine,
        { kind: 'management', value: String(file.management_client_secret) },
      ]);
      assert.deepEqual(shown, [], where);
      assert.ok(!text.includes(CANARY_MARK), `${where}: a part of a secret`);
    }
  });
});
