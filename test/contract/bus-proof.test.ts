import './quiet.ts';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { createBatchRequester } from '../../shared/bus/batch-requester.ts';
import { serveBatches } from '../../shared/bus/batch-responder.ts';
import {
  createProofCheck,
  isProvedReply,
  proofKey,
  proveReply,
  proveRequest,
  type ProofKey,
} from '../../shared/bus/proof.ts';
import { startPlainBus, type PlainBus } from './bus-fixtures.ts';

const SUBJECT = 'hookmint.demo.token.sign';
const INBOX = '_INBOX_gateway.abc.1';
const MEMBER = '"events":[{"id":"a","deadline_ms":9e12}]';
const newKey = (): ProofKey => proofKey(randomBytes(32));
const key = newKey();

describe('the proof of a request', () => {
  const request = (inbox: string): string => proveRequest(key, SUBJECT, inbox, MEMBER);

  it('is accepted from each of those who may ask, at its own inbox and at one that the server made of it', () => {
    const [other, check] = [newKey(), createProofCheck([newKey(), key], SUBJECT)];
    assert.deepEqual(check(request(INBOX), INBOX), { key, inbox: INBOX });
    assert.deepEqual(check(request('_INBOX_gateway.abc.2'), '_R_.abc123.def456'), {
      key,
      inbox: '_INBOX_gateway.abc.2',
    });
    assert.equal(check(proveRequest(other, SUBJECT, INBOX, MEMBER), INBOX), 'proof_wrong');
  });

  for (const [what, text] of [
    ['is not there', `{${MEMBER}}`],
    ['is not the first member', `{${MEMBER},${request('_INBOX_a.b.1').slice(1, 120)}"}`],
    ['has no time', request(INBOX).replace(/"\d+ /, '" ')],
    ['names no inbox', request('hookmint.demo.config.changed')],
    ['is empty', ''],
    ['is cut off', request(INBOX).slice(0, 60)],
  ] as const) {
    it(`is missing where it ${what}`, () => {
      assert.equal(createProofCheck([key], SUBJECT)(text, INBOX), 'proof_missing');
    });
  }

  const now = String(Date.now());
  for (const [what, text] of [
    ['subject', proveRequest(key, 'hookmint.demo.keys.manage', INBOX, MEMBER)],
    ['tenant', proveRequest(key, 'hookmint.other.token.sign', INBOX, MEMBER)],
    ['inbox', request(INBOX).replace('abc', 'abd')],
    ['time', request(INBOX).replace(/"(\d+) /, (_, time) => `"${String(Number(time) + 1)} `)],
    ['content', request(INBOX).replace('"a"', '"b"')],
    ['content behind it', `${request(INBOX)} `],
    ['MAC', request(INBOX).replace(/ [\w-]{43}"/, ` ${'A'.repeat(43)}"`)],
    [
      'kind of message',
      proveReply({ key, inbox: INBOX }, SUBJECT, MEMBER).replace('"proof":"', `"proof":"${now} ${INBOX} `),
    ],
  ] as const) {
    it(`is wrong with another ${what}`, () => {
      assert.equal(createProofCheck([key], SUBJECT)(text, INBOX), 'proof_wrong');
    });
  }

  it('is foreign where the reply would go to another inbox', () => {
    const check = createProofCheck([key], SUBJECT);
    for (const reply of [
      '_INBOX_gateway.abc.2',
      '_INBOX_hook-executor.abc.1',
      'hookmint.demo.hook.log',
      '',
      '$JS.ACK.a',
    ]) {
      assert.equal(check(request(INBOX), reply), 'proof_foreign', reply);
    }
  });

  it('is taken once, and only within ten seconds of its time', (t) => {
    const check = createProofCheck([key], SUBJECT);
    const made = request(INBOX);
    assert.equal(typeof check(made, INBOX), 'object');
    assert.equal(check(made, INBOX), 'proof_replayed');
    assert.equal(check(made, '_R_.abc123.def456'), 'proof_replayed');
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    const [early, late, inTime] = [1, 2, 3].map((n) => request(`_INBOX_gateway.time.${String(n)}`)) as [
      string,
      string,
      string,
    ];
    const madeMs = Date.now();
    t.mock.timers.setTime(madeMs + 10_000);
    assert.equal(typeof check(inTime, '_R_.a'), 'object');
    t.mock.timers.setTime(madeMs + 10_001);
    assert.equal(check(late, '_R_.a'), 'proof_stale');
    t.mock.timers.setTime(madeMs - 10_001);
    assert.equal(check(early, '_R_.a'), 'proof_stale');
  });

  it('of a message that was refused is not used up by it', () => {
    const check = createProofCheck([key], SUBJECT);
    assert.equal(check(request(INBOX), '_INBOX_other.a.1'), 'proof_foreign');
    assert.equal(typeof check(request(INBOX), INBOX), 'object');
  });
});

describe('the proof of a reply', () => {
  const replies = '"replies":[{"id":"a","reply":1}]';
  const proved = { key, inbox: INBOX };

  it('is that of its request, its subject and its content, and of nobody else', () => {
    const reply = proveReply(proved, SUBJECT, replies);
    assert.equal(isProvedReply(proved, SUBJECT, reply), true);
    for (const [what, is] of Object.entries({
      'another key': isProvedReply({ key: newKey(), inbox: INBOX }, SUBJECT, reply),
      'another request': isProvedReply({ key, inbox: '_INBOX_gateway.abc.2' }, SUBJECT, reply),
      'another subject': isProvedReply(proved, 'hookmint.demo.keys.public', reply),
      'another content': isProvedReply(proved, SUBJECT, reply.replace('"reply":1', '"reply":2')),
      'no proof': isProvedReply(proved, SUBJECT, `{${replies}}`),
      'a request': isProvedReply(proved, SUBJECT, proveRequest(key, SUBJECT, INBOX, replies)),
      nothing: isProvedReply(proved, SUBJECT, ''),
    })) {
      assert.equal(is, false, what);
    }
  });
});

describe('two services that share a key', () => {
  let bus: PlainBus;
  let asker: NatsConnection;
  let answerer: NatsConnection;
  let lastSubject = 0;
  before(async () => {
    bus = await startPlainBus();
    [asker, answerer] = await Promise.all([bus.connect('gateway'), bus.connect('signer')]);
  });
  after(() => bus.end());

  async function open(
    t: { after: (f: () => unknown) => void },
    keys: { asks: ProofKey; answers: ProofKey },
    maxMessageBytes?: number,
  ) {
    const subject = `test.${String(++lastSubject)}`;
    const handled: number[] = [];
    const responder = serveBatches({
      connection: answerer,
      subject,
      queue: 'signer',
      schema: z.object({ n: z.number(), filler: z.string().optional() }),
      proofKeys: [keys.answers],
      ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
      maxInFlight: 100,
      handle: ({ n }) => {
        handled.push(n);
        return Promise.resolve(n);
      },
    });
    const requester = createBatchRequester<{ n: number; filler?: string }, number>({
      connection: asker,
      service: 'gateway',
      subject,
      replySchema: z.number(),
      proofKey: keys.asks,
    });
    t.after(() => {
      requester.close();
      return responder.drain();
    });
    await answerer.flush();
    return { subject, handled, requester };
  }

  it('ask and answer', async (t) => {
    const { requester, handled } = await open(t, { asks: key, answers: key });
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    assert.deepEqual(await Promise.all(numbers.map((n) => requester.request({ n }, Date.now() + 5_000))), numbers);
    assert.deepEqual(handled, numbers);
  });

  it('hear nobody who does not have it', async (t) => {
    const { requester, handled } = await open(t, { asks: newKey(), answers: key });
    await assert.rejects(requester.request({ n: 1 }, Date.now() + 500), { code: 'bus_deadline_exceeded' });
    assert.deepEqual(handled, []);
  });

  it('read no message that is larger than any of those who may ask, whoever sends it', async (t) => {
    const maxBytes = 10_000;
    const { requester, handled } = await open(t, { asks: key, answers: key }, maxBytes);
    await assert.rejects(requester.request({ n: 1, filler: 'x'.repeat(maxBytes) }, Date.now() + 500), {
      code: 'bus_deadline_exceeded',
    });
    assert.equal(await requester.request({ n: 2, filler: 'x'.repeat(maxBytes - 1_000) }, Date.now() + 5_000), 2);
    assert.deepEqual(handled, [2]);
  });

  it('take no answer for one that somebody else made, who was faster', async (t) => {
    const { subject, requester } = await open(t, { asks: key, answers: key });
    const forger = await bus.connect('forger');
    forger.subscribe(subject, {
      callback: (_, message) => {
        const { events } = message.json<{ events: { id: string }[] }>();
        const forged = `"replies":${JSON.stringify(events.map(({ id }) => ({ id, reply: 666 })))}`;
        const inbox = message.reply ?? '';
        forger.publish(inbox, `{${forged}}`);
        forger.publish(inbox, proveReply({ key: newKey(), inbox }, subject, forged));
      },
    });
    await forger.flush();
    for (let n = 0; n < 50; n++) assert.equal(await requester.request({ n }, Date.now() + 5_000), n);
  });

  it('answer into inboxes alone, with proof or without', async (t) => {
    const { subject, handled } = await open(t, { asks: key, answers: key });
    const heard: string[] = [];
    for (const reply of ['hookmint.demo.config.changed', '$JS.ACK.a.b', '$KV.a.b', '$SYS.a', 'INBOX_.a', '_INBOX.a']) {
      asker.subscribe(reply, { callback: () => void heard.push(reply) });
      asker.publish(subject, proveRequest(key, subject, reply, '"events":[{"id":"a","deadline_ms":9e12,"n":1}]'), {
        reply,
      });
    }
    await asker.flush();
    await answerer.flush();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual([handled, heard], [[], []]);
  });
});
