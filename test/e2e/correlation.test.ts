import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { enableHook } from '../support/enable-hook.ts';
import { openManagement, type Management } from '../support/management.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver.ts';
import { rawPost, sendRaw } from '../support/raw-http.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';

const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  console.log('the hook says hello');
  if (context.body.fail) throw new Error('thrown');
  cb(null, {});
};`;
const SEEN_WITHIN_MS = 30_000;

let receiver: OtlpReceiver;
let stack: Stack;
let management: Management;

before(async () => {
  receiver = await startOtlpReceiver();
  stack = await startStack({
    env: {
      ...receiver.env,
    },
  });
  await enableHook(stack, HOOK);
  management = await openManagement(stack);
});
// Apart: what did not start does not keep the other open.
after(() => receiver.close());
after(() => stack.stop());

type Log = { type: string; user_agent?: string; details: { correlation_id?: string; trace_id?: string } };

/** The log of the one request of a user agent. */
async function logOf(agent: string): Promise<Log> {
  const untilMs = Date.now() + SEEN_WITHIN_MS;
  for (;;) {
    const { body } = await management.call('GET', `/logs?q=${encodeURIComponent(`user_agent:"${agent}"`)}`);
    const [log] = body as Log[];
    if (log !== undefined) return log;
    if (Date.now() > untilMs) throw new Error(`no log of ${agent}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a correlation id', () => {
  it('goes from the request’s header to its answer, its audit event and the span', async () => {
    const id = 'order-4711/a.b~c*d@e+f:1';
    const { status, headers } = await requestToken(stack, {}, { 'x-correlation-id': id, 'user-agent': 'corr/1' });
    assert.equal(status, 200);
    assert.equal(headers.get('x-correlation-id'), id);
    const { type, details } = await logOf('corr/1');
    assert.deepEqual([type, details.correlation_id], ['seccft', id]);
    const spans = await receiver.trace(details.trace_id ?? '', (found) => found.some(({ kind }) => kind === 'server'));
    assert.equal(spans.find(({ kind }) => kind === 'server')?.attributes['hookmint.correlation_id'], id);
  });

  it('is in the log lines of gateway and executor, for what a hook prints too', async () => {
    const id = 'fails-1';
    assert.equal((await requestToken(stack, { fail: '1' }, { 'x-correlation-id': id })).status, 500);
    await stack.untilPrinted(new RegExp(`^gateway .*"correlation_id":"${id}".*a request failed`));
    await stack.untilPrinted(new RegExp(`^hook-executor .*"correlation_id":"${id}".*a hook run failed`));
    await stack.untilPrinted(new RegExp(`^hook-executor .*"correlation_id":"${id}".*the hook says hello`));
  });

  it('is found with a token that was refused', async () => {
    const id = 'refused-1';
    const headers = { 'x-correlation-id': id, 'user-agent': 'corr/2' };
    const answer = await requestToken(stack, { client_secret: 'wrong' }, headers);
    assert.deepEqual([answer.status, answer.headers.get('x-correlation-id')], [401, id]);
    const { type, details } = await logOf('corr/2');
    assert.deepEqual([type, details.correlation_id], ['feccft', id]);
  });

  it('of a write of the configuration passes the gateway, and is in its audit event', async () => {
    const id = 'deploy-run-17';
    const headers = { 'x-correlation-id': id, 'user-agent': 'corr/3' };
    const body = { name: 'correlated', app_type: 'non_interactive' };
    const answer = await management.call('POST', '/clients', body, headers);
    assert.deepEqual([answer.status, answer.headers.get('x-correlation-id')], [201, id]);
    const { type, details } = await logOf('corr/3');
    assert.deepEqual([type, details.correlation_id], ['sapi', id]);
  });

  it('is taken from X-Request-Id, which ingress controllers add, where there is no X-Correlation-ID', async () => {
    const requestId = 'c0ffee00c0ffee00c0ffee00c0ffee00';
    const alone = await requestToken(stack, {}, { 'x-request-id': requestId, 'user-agent': 'corr/4' });
    assert.equal(alone.headers.get('x-request-id'), requestId);
    assert.equal((await logOf('corr/4')).details.correlation_id, requestId);
    const headers = { 'x-request-id': requestId, 'x-correlation-id': 'mine', 'user-agent': 'corr/5' };
    const both = await requestToken(stack, {}, headers);
    assert.deepEqual([both.headers.get('x-correlation-id'), both.headers.get('x-request-id')], ['mine', null]);
    assert.equal((await logOf('corr/5')).details.correlation_id, 'mine');
  });

  it('where the caller sends none is none of the log’s: the answer has the trace id, by which the request is found', async () => {
    const { headers } = await requestToken(stack, {}, { 'user-agent': 'corr/6' });
    const { details } = await logOf('corr/6');
    assert.equal('correlation_id' in details, false);
    assert.match(details.trace_id ?? '', /^[\da-f]{32}$/);
    assert.deepEqual([headers.get('x-correlation-id'), headers.get('x-request-id')], [null, details.trace_id]);
  });

  it('is in the answers of the Management API too, of refusals, and of paths that are not there', async () => {
    const written = await management.call(
      'POST',
      '/clients',
      { name: 'named by its trace' },
      { 'user-agent': 'corr/7' },
    );
    const { details } = await logOf('corr/7');
    assert.deepEqual([written.status, written.headers.get('x-request-id')], [201, details.trace_id]);
    const refused = await requestToken(stack, { grant_type: 'password' });
    assert.match(refused.headers.get('x-request-id') ?? '', /^[\da-f]{32}$/);
    const nowhere = await fetch(`${stack.url}/nowhere`);
    assert.deepEqual([nowhere.status, (nowhere.headers.get('x-request-id') ?? '').length], [404, 32]);
  });

  const marker = 'evil-marker';
  for (const [what, lines] of [
    ['too long', [`X-Correlation-ID: ${marker}${'a'.repeat(64)}`]],
    ['with a blank', [`X-Correlation-ID: ${marker} b`]],
    ['with a tab', [`X-Correlation-ID: ${marker}\tb`]],
    ['with a quote', [`X-Correlation-ID: ${marker}","level":60,"x":"`]],
    ['with an escape sequence for terminals', [`X-Correlation-ID: ${marker}\u001b[31m`]],
    ['of letters beyond ASCII', [`X-Correlation-ID: ${marker}\u00e9\u0085`]],
    ['with a line end that is encoded', [`X-Correlation-ID: ${marker}%0d%0aSet-Cookie:a=b`]],
    ['sent twice', [`X-Correlation-ID: ${marker}1`, `X-Correlation-ID: ${marker}2`]],
    ['empty', ['X-Correlation-ID: ']],
  ] as const) {
    it(`is ignored and shown nowhere: ${what}`, async () => {
      const agent = `corr/bad/${what.replaceAll(' ', '-')}`;
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: stack.clientId,
        client_secret: stack.clientSecret,
        audience: stack.audience,
      }).toString();
      const type = 'Content-Type: application/x-www-form-urlencoded';
      const head = [`User-Agent: ${agent}`, type, `Content-Length: ${String(body.length)}`, ...lines];
      const answer = await sendRaw(stack.url, Buffer.from(rawPost(head, body), 'latin1'));
      // What is no HTTP at all is refused before anything reads it.
      if (answer?.status !== 400) {
        assert.equal(answer?.status, 200);
        assert.equal('correlation_id' in (await logOf(agent)).details, false);
      }
      assert.equal(JSON.stringify(answer).includes(marker), false);
      assert.equal(stack.output().includes(marker), false);
      assert.equal(receiver.text().includes(marker), false);
    });
  }
});
