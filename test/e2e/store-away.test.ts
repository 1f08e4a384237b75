import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { postToken } from '../support/post-token.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
before(async () => {
  stack = await startStack();
});
after(() => stack.stop());

const form = (client_id: string, client_secret: string): string =>
  new URLSearchParams({
    grant_type: 'client_credentials',
    client_id,
    client_secret,
    audience: stack.audience,
  }).toString();
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

it('while MongoDB stands still, clients that are known get tokens, and others are told to come back', async () => {
  assert.equal((await postToken(stack, form(stack.clientId, stack.clientSecret), FORM_TYPE)).status, 200);
  const [mongod] = stack.pidsOf('mongod');
  assert.ok(mongod !== undefined);
  process.kill(mongod, 'SIGSTOP');
  try {
    assert.equal((await postToken(stack, form(stack.clientId, stack.clientSecret), FORM_TYPE)).status, 200);
    const refused = await postToken(stack, form('not-asked-for-before', 'secret'), FORM_TYPE);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '1');
    assert.deepEqual(refused.body, {
      error: 'temporarily_unavailable',
      error_description: 'The configuration cannot be read at the moment',
    });
  } finally {
    process.kill(mongod, 'SIGCONT');
  }
  await until('the store is read again', async () => {
    const unknown = await postToken(stack, form('not-asked-for-before', 'secret'), FORM_TYPE);
    return unknown.status === 401;
  });
});
