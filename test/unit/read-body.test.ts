import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { asOAuthError } from '../../services/gateway/answers.ts';
import { BODY_TIMEOUT_MS, MAX_BODY_BYTES } from '../../services/gateway/limits.ts';
import { readBody } from '../../services/gateway/steps/read-body.ts';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';
const MALFORMED = { status: 400, error: 'invalid_request' };

let server: Server;
/** What became of the bodies that were read, in the order in which that was over. */
const outcomes: unknown[] = [];

before(async () => {
  server = createServer((request, response) => {
    readBody(request, response)
      .catch((error: unknown) => {
        const { status, error: code } = asOAuthError(error);
        return { status, error: code };
      })
      .then((outcome) => {
        outcomes.push(outcome);
        response.end(JSON.stringify(outcome));
      })
      .catch(assert.fail);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const open = () => connect((server.address() as AddressInfo).port, '127.0.0.1');
const head = (...lines: string[]): string =>
  ['POST / HTTP/1.1', 'Host: localhost', 'Connection: close', ...lines, '', ''].join('\r\n');

/** Sends a request in the given pieces, each in a packet of its own; gives what was read of it. */
async function send(lines: string[], pieces: (string | Uint8Array)[]): Promise<unknown> {
  const socket = open().setNoDelay();
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.write(head(...lines));
  for (const piece of pieces) {
    await delay(5);
    socket.write(piece);
  }
  await ended;
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
}

const plain = (type: string, body: string | Uint8Array): Promise<unknown> =>
  send([`Content-Type: ${type}`, `Content-Length: ${String(Buffer.byteLength(body))}`], [body]);
const chunked = (type: string, body: Uint8Array): Promise<unknown> =>
  send(
    [`Content-Type: ${type}`, 'Transfer-Encoding: chunked'],
    body.length === 0 ? ['0\r\n\r\n'] : [`${body.length.toString(16)}\r\n`, body, '\r\n0\r\n\r\n'],
  );
const gzipped = (type: string, body: Uint8Array): Promise<unknown> => {
  const packed = gzipSync(body);
  return send(
    [`Content-Type: ${type}`, 'Content-Encoding: gzip', `Content-Length: ${String(packed.length)}`],
    [packed],
  );
};

describe('the body of a token request', () => {
  const cases: [string, string, string | Uint8Array, unknown][] = [
    ['a form', FORM, 'a=1&b=%C3%A9&a=2', { body: { a: ['1', '2'], b: 'é' }, isForm: true }],
    ['an empty form', FORM, '', { body: {}, isForm: true }],
    ['a form with a charset', `${FORM}; charset="UTF-8"`, 'a=é', { body: { a: 'é' }, isForm: true }],
    ['JSON', JSON_TYPE, ' {"a": "é😀"} ', { body: { a: 'é😀' }, isForm: false }],
    ['JSON with a charset', `${JSON_TYPE};charset=utf-8`, '{"a":[]}', { body: { a: [] }, isForm: false }],
    ['a list', JSON_TYPE, '[1]', { body: [1], isForm: false }],
    ['empty JSON', JSON_TYPE, '', { body: {}, isForm: false }],
    ['JSON after a byte order mark', JSON_TYPE, '\ufeff{"a":1}', { body: { a: 1 }, isForm: false }],
    ['a form after a byte order mark', FORM, '\ufeffa=1', { body: { a: '1' }, isForm: true }],
    ['what is no UTF-8', FORM, Buffer.from('a=\xff\xc3', 'latin1'), { body: { a: '\ufffd\ufffd' }, isForm: true }],
    ['JSON that is no object', JSON_TYPE, '1', MALFORMED],
    ['JSON null', JSON_TYPE, 'null', MALFORMED],
    ['JSON text', JSON_TYPE, '"{}"', MALFORMED],
    ['half of JSON', JSON_TYPE, '{"a"', MALFORMED],
    ['JSON of 10,000 levels', JSON_TYPE, '['.repeat(10_000) + ']'.repeat(10_000), MALFORMED],
    ['a thousand parameters', FORM, 'a=1&'.repeat(1_000), { status: 413, error: 'invalid_request' }],
    ['another charset', `${JSON_TYPE}; charset=iso-8859-1`, '{}', { status: 415, error: 'invalid_request' }],
    ['as long as it may be', FORM, `a=${'x'.repeat(MAX_BODY_BYTES - 2)}`, { body: { a: 'x'.repeat(MAX_BODY_BYTES - 2) }, isForm: true }],
    ['a byte longer', FORM, `a=${'x'.repeat(MAX_BODY_BYTES - 1)}`, { status: 413, error: 'invalid_request' }],
    ['neither type', 'text/plain', 'a=1', { isForm: false }],
  ]; // prettier-ignore
  for (const [name, type, body, expected] of cases) {
    it(`is read alike as it is, in chunks and compressed: ${name}`, async () => {
      const bytes = Buffer.from(body);
      for (const sent of [plain, chunked, gzipped]) assert.deepEqual(await sent(type, bytes), expected, sent.name);
    });
  }

  it('may come in pieces that end within a character', async () => {
    const bytes = Buffer.from('{"a":"😀é"}');
    const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
    const outcome = await send([`Content-Type: ${JSON_TYPE}`, `Content-Length: ${String(bytes.length)}`], pieces);
    assert.deepEqual(outcome, { body: { a: '😀é' }, isForm: false });
  });

  it('is waited for no longer than its time', async () => {
    const startedMs = performance.now();
    const outcome = await send([`Content-Type: ${FORM}`, 'Content-Length: 10'], ['a=1']);
    assert.deepEqual(outcome, { status: 408, error: 'invalid_request' });
    assert(performance.now() - startedMs >= BODY_TIMEOUT_MS - 10);
  });

  it('that is left half sent is given up at once', async () => {
    const before = outcomes.length;
    const socket = open();
    socket.write(`${head(`Content-Type: ${FORM}`, 'Content-Length: 10')}a=1`);
    await delay(50);
    socket.destroy();
    const startedMs = performance.now();
    while (outcomes.length === before && performance.now() - startedMs < BODY_TIMEOUT_MS / 2) await delay(10);
    assert.deepEqual(outcomes.slice(before), [MALFORMED]);
  });

  it('of which there is none has no parameters', async () => {
    assert.deepEqual(await send([`Content-Type: ${FORM}`], []), { isForm: true });
    assert.deepEqual(await send([`Content-Type: ${JSON_TYPE}`], []), { isForm: false });
  });
});
