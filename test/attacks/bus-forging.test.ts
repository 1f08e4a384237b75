import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { proofKey, proveRequest } from '../../shared/bus/proof.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { TENANT } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';
import { callAs, secretsOf } from './management-fixtures.ts';

/** On a running stack: whoever has the seeds of the bus, all of them, and not the key that gateways and signers share, gets no signature. */
const stack = withStack({ own: true });
const SIGN = `hookmint.${TENANT}.token.sign`;
const MANAGE = `hookmint.${TENANT}.keys.manage`;
const seeds = (): Record<string, string> => secretsOf(stack()).nats_nkey_seeds as Record<string, string>;
const keyOf = (name: string) => proofKey(Buffer.from(String(secretsOf(stack())[name]), 'base64url'));

/** A token for the Management API, as its own client would have it. */
function events(marker: string): string {
  const event = {
    id: 'forged',
    deadline_ms: Date.now() + 60_000,
    signing_alg: 'RS256',
    token_dialect: 'access_token',
    token_lifetime_seconds: 3_600,
    iss: `${stack().url}/`,
    client_id: String(secretsOf(stack()).management_client_id),
    aud: `${stack().url}/api/v2/`,
    scope: 'read:clients',
    custom_claims: { 'https://example.com/marker': marker },
  };
  return `"events":[${JSON.stringify(event)}]`;
}
const REVOKE = '"events":[{"id":"forged","deadline_ms":9e12,"command":{"action":"list"}}]';

let asked = 0;
/** What comes back for a message; `reply` is the inbox it is sent with. */
async function answersTo(
  user: 'gateway' | 'management' | 'hook-executor',
  subject: string,
  textFor: (inbox: string) => string,
): Promise<string[]> {
  const bus: NatsConnection = await connectBus(user, { NATS_URL: stack().natsUrl, NATS_NKEY_SEED: seeds()[user] });
  try {
    const answers: string[] = [];
    const inbox = `_INBOX_${user}.attacker.${String(++asked)}`;
    bus.subscribe(inbox, {
      callback: (_, message) => {
        if (message.headers?.code !== 503) answers.push(message.string());
      },
    });
    bus.publish(subject, textFor(inbox), { reply: inbox });
    await bus.flush();
    await delay(600);
    return answers;
  } finally {
    await bus.close();
  }
}

/** Each is refused by the signer, which says why and nothing of what was in it. */
const forging = attackClass('a signature without the key');
const refusals: [
  what: string,
  reason: string,
  user: 'gateway' | 'management',
  subject: string,
  text: (inbox: string, marker: string) => string,
][] = [
  ['no proof', 'proof_missing', 'gateway', SIGN, (_, marker) => `{${events(marker)}}`],
  [
    "another's key",
    'proof_wrong',
    'gateway',
    SIGN,
    (inbox, marker) => proveRequest(proofKey(randomBytes(32)), SIGN, inbox, events(marker)),
  ],
  [
    "management's key",
    'proof_wrong',
    'gateway',
    SIGN,
    (inbox, marker) => proveRequest(keyOf('keys_request_key'), SIGN, inbox, events(marker)),
  ],
  ['no proof, of keys', 'proof_missing', 'management', MANAGE, () => `{${REVOKE}}`],
  [
    "the gateways' key, of keys",
    'proof_wrong',
    'management',
    MANAGE,
    (inbox) => proveRequest(keyOf('sign_request_key'), MANAGE, inbox, REVOKE),
  ],
  [
    'a proof that is stale',
    'proof_stale',
    'gateway',
    SIGN,
    (inbox, marker) => {
      const now = Date.now;
      Date.now = () => now() - 11_000;
      try {
        return proveRequest(keyOf('sign_request_key'), SIGN, inbox, events(marker));
      } finally {
        Date.now = now;
      }
    },
  ],
];
for (const [what, reason, user, subject, textFor] of refusals) {
  forging(what, async () => {
    const marker = `marker-${String(refusals.findIndex(([name]) => name === what))}-in-forged`;
    const before = stack().output().split(`"reason":"${reason}"`).length;
    assert.deepEqual(await answersTo(user, subject, (inbox) => textFor(inbox, marker)), []);
    assert.equal(stack().output().split(`"reason":"${reason}"`).length, before + 1);
    assert.doesNotMatch(stack().output(), new RegExp(marker));
  });
}
forging('a proof that was used', async () => {
  let made = '';
  const first = await answersTo(
    'gateway',
    SIGN,
    (inbox) => (made = proveRequest(keyOf('sign_request_key'), SIGN, inbox, events('first'))),
  );
  // The key gives a token that is valid: it is all that kept the others out.
  const { replies } = JSON.parse(first[0] ?? '{}') as { replies: { reply: { access_token: string } }[] };
  const token = String(replies[0]?.reply.access_token);
  assert.equal((await callAs(stack(), token, ['GET', '/clients'])).status, 200);
  assert.deepEqual(await answersTo('gateway', SIGN, () => made), []);
  await stack().untilPrinted(/"reason":"proof_replayed"/);
});
forging("an executor's seed", async () => {
  assert.deepEqual(await answersTo('hook-executor', SIGN, () => `{${events('executor')}}`), []);
  assert.equal((await requestToken(stack())).status, 200);
});
