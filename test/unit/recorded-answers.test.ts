import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  recordedExchange,
  recordingExchange,
  type Exchange,
} from '../../services/hook-executor/egress/recorded-exchange.ts';
import { sealActionCache } from '../../services/hook-executor/action-cache.ts';
import { createRecordedAnswers } from '../../services/management/rehearsal/recorded-answers.ts';
import { DEFAULT_EGRESS_POLICY } from '../../shared/domain/egress.ts';
import {
  bytesOfAnswer,
  MAX_ANSWERS_BYTES,
  MAX_SEALED_ANSWERS_LENGTH,
  openAnswers,
  sealAnswers,
  type RecordedAnswer,
} from '../../shared/recorded-answers.ts';

const KEY = randomBytes(32);
const TOKEN = 'token-of-somebody-else';

const answer = (key: string, body = TOKEN): RecordedAnswer => ({
  key,
  response: { status: 200, status_text: 'OK', headers: [], body },
});
const bytesOf = (answers: readonly RecordedAnswer[]): number =>
  answers.reduce((bytes, one) => bytes + bytesOfAnswer(one), 0);
const request = (path: string, more: { method?: string; body?: string } = {}) => ({
  url: `https://api.example.com${path}`,
  method: 'GET',
  headers: [],
  verify_tls: true,
  ...more,
});

describe('recorded answers', () => {
  it('are read by nobody without the key, and are nothing else that is sealed with it', async () => {
    const sealed = await sealAnswers([answer('a')], KEY);
    assert.doesNotMatch(sealed + Buffer.from(sealed, 'base64url').toString('latin1'), new RegExp(TOKEN));
    assert.deepEqual(await openAnswers(sealed, KEY), [answer('a')]);
    await assert.rejects(openAnswers(sealed, randomBytes(32)));
    await assert.rejects(openAnswers(await sealActionCache({}, KEY), KEY), /no answers of a rehearsal/);
  });

  it('of earlier runs come after those of the run, the last of each, within the bound', async () => {
    const answers = createRecordedAnswers(KEY);
    const told = async (own: RecordedAnswer[]): Promise<RecordedAnswer[]> => {
      const sealed = await answers.after(own.length === 0 ? undefined : await sealAnswers(own, KEY));
      assert(sealed.length <= MAX_SEALED_ANSWERS_LENGTH);
      return openAnswers(sealed, KEY);
    };
    assert.deepEqual(await told([answer('a', '1'), answer('a', '2')]), [answer('a', '1'), answer('a', '2')]);
    assert.deepEqual(await told([answer('b')]), [answer('b'), answer('a', '2')]);
    assert.deepEqual(await told([]), [answer('b'), answer('a', '2')]);
    for (let n = 0; n < 100; n++) await told([answer(`large ${String(n)}`, 'x'.repeat(60_000))]);
    const last = await told([answer('own')]);
    assert.deepEqual(last[0], answer('own'));
    assert(last.length > 1 && bytesOf(last) <= MAX_ANSWERS_BYTES);
  });

  it('are given one after the other to the same request, and nothing to another', async () => {
    let asked = 0;
    const real: Exchange = {
      exchange: (_hookId, _policy, { url }) => {
        asked++;
        return Promise.resolve({ status: 200, status_text: '', headers: [], body: `${url} ${String(asked)}` });
      },
    };
    const limits = { deadlineMs: Date.now() + 1_000, traceparent: undefined };
    const recording = recordingExchange(real);
    const ask = async (of: Exchange, what: ReturnType<typeof request>): Promise<string> =>
      (await of.exchange('hook', DEFAULT_EGRESS_POLICY, what, limits)).body;
    const first = await ask(recording, request('/a'));
    const second = await ask(recording, request('/a'));
    await ask(recording, request('/a', { method: 'POST', body: 'eA==' }));
    const recorded = recordedExchange(recording.answers);
    assert.deepEqual([await ask(recorded, request('/a')), await ask(recorded, request('/a'))], [first, second]);
    assert.equal(await ask(recorded, request('/a')), second);
    for (const other of [request('/b'), request('/a', { method: 'POST', body: 'eQ==' }), request('/a?b')])
      await assert.rejects(ask(recorded, other), { code: 'EGRESS_REFUSED' });
    assert.equal(asked, 3);
  });

  it('are in the order of their requests, whoever answers first, and each has its place though it is not kept', async () => {
    const waiting: ((body: string) => void)[] = [];
    const real: Exchange = {
      exchange: () =>
        new Promise((resolve) => {
          waiting.push((body) => resolve({ status: 200, status_text: '', headers: [], body }));
        }),
    };
    const limits = { deadlineMs: Date.now() + 1_000, traceparent: undefined };
    const recording = recordingExchange(real);
    const ask = (of: Exchange, path: string) => of.exchange('hook', DEFAULT_EGRESS_POLICY, request(path), limits);
    const asked = ['/a', '/a', '/a', '/large', '/late'].map((path) => ask(recording, path));
    for (const [n, body] of [
      [1, 'second'],
      [0, 'first'],
      [3, 'x'.repeat(MAX_ANSWERS_BYTES)],
      [2, 'third'],
    ] as const)
      waiting[n]?.(body);
    await Promise.all(asked.slice(0, 4));
    const recorded = recordedExchange(recording.answers);
    const bodies: string[] = [];
    for (let n = 0; n < 3; n++) bodies.push((await ask(recorded, '/a')).body);
    assert.deepEqual(bodies, ['first', 'second', 'third']);
    for (const path of ['/large', '/late']) await assert.rejects(ask(recorded, path), { code: 'EGRESS_BUSY' });
    await assert.rejects(ask(recorded, '/never'), { code: 'EGRESS_REFUSED' });
    assert(bytesOf(recording.answers) <= MAX_ANSWERS_BYTES);
  });
});
