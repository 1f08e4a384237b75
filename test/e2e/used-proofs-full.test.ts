import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ensureAssertionsStream } from '../../shared/bus/streams/assertions.ts';
import { makeProof, newDpopKey } from '../support/dpop.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const stack = withStack({ own: true, hook: null });
const key = await newDpopKey();
const make = (): Promise<string> => makeProof(key, `${stack().url}/oauth/token`);
const ask = (proof: string): Promise<TokenAnswer> => requestToken(stack(), {}, { DPoP: proof });

it('a bus that is killed and started again forgets no proof', async () => {
  const proofs = await Promise.all(Array.from({ length: 20 }, make));
  const answers = await Promise.all(proofs.map(ask));
  assert.ok(answers.every(({ status }) => status === 200));
  const [pid] = stack().pidsOf('nats-server');
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGKILL');
  await until('proofs are checked again', async () => (await ask(await make())).status === 200);
  assert.notDeepEqual(stack().pidsOf('nats-server'), [pid]);
  const again = await Promise.all(proofs.map(ask));
  assert.deepEqual(new Set(again.map(({ body }) => body.error)), new Set(['invalid_dpop_proof']));
});

it('while the bus can remember no more proofs there is no token for one, and none is forgotten afterwards', async () => {
  const used = await make();
  assert.equal((await ask(used)).status, 200);
  const bus = await stack().bus();
  await ensureAssertionsStream(bus, 1, 1);
  const { status, body, headers } = await ask(await make());
  assert.deepEqual(
    [status, body],
    [503, { error: 'temporarily_unavailable', error_description: 'DPoP proofs cannot be checked at the moment' }],
  );
  assert.equal(headers.get('retry-after'), '1');
  assert.notEqual((await ask(used)).status, 200);
  assert.equal((await requestToken(stack())).status, 200);
  await ensureAssertionsStream(bus);
  assert.equal((await ask(await make())).status, 200);
  assert.equal((await ask(used)).body.error, 'invalid_dpop_proof');
});
