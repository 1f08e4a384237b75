import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { resourceServersIn } from '../../shared/store/resource-servers.ts';
import { makeProof, newDpopKey, type DpopKey } from '../support/dpop.ts';
import type { Management } from '../support/management.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { addApi } from '../support/tenant-fixtures.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';
import {
  grantClient,
  makeClient,
  openPatiently,
  refused,
  type Body,
  type MadeClient,
} from './management-clients-fixtures.ts';

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openPatiently(started);
});

const ALLOWED = { mechanism: 'dpop', required: false };
const REQUIRED = { mechanism: 'dpop', required: true };

async function must(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await api.call(method, path, body);
  assert(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as Body;
}

async function makeApi(identifier: string, proof_of_possession: object | null): Promise<string> {
  const scopes = [{ value: 'read:data' }];
  const { id } = await must('POST', '/resource-servers', { identifier, scopes, proof_of_possession });
  return String(id);
}

/** A token request of a client, with a proof by `key` if there is one. */
async function ask(client: MadeClient, audience: string, key?: DpopKey): Promise<TokenAnswer> {
  const { client_id, client_secret } = client;
  const headers = key === undefined ? {} : { DPoP: await makeProof(key, `${stack().url}/oauth/token`) };
  return requestToken(stack(), { client_id, client_secret, audience }, headers);
}

async function outcomeOf(client: MadeClient, audience: string, key: DpopKey | undefined): Promise<string> {
  const { status, body } = await ask(client, audience, key);
  if (status !== 200) return `${String(status)} ${String(body.error)}`;
  const { cnf } = decodeJwt(String(body.access_token));
  const isBound = key !== undefined && (cnf as { jkt?: string } | undefined)?.jkt === key.jkt;
  assert.equal(body.token_type, isBound ? 'DPoP' : 'Bearer');
  assert(isBound || cnf === undefined);
  return isBound ? 'bound' : 'bearer';
}

const NONE = '403 access_denied';
const MISSING = '400 invalid_request';

it('what the client requires, the API allows and the proof decide, as with Auth0', async () => {
  const apis = { none: null, allowed: ALLOWED, required: REQUIRED };
  const key = await newDpopKey();
  const clients = { N: await makeClient(api), Y: await makeClient(api, { require_proof_of_possession: true }) };
  for (const [name, policy] of Object.entries(apis)) {
    const id = await makeApi(`urn:pop:${name}`, policy);
    const { proof_of_possession } = await must('GET', `/resource-servers/${id}`);
    assert.deepEqual(proof_of_possession, policy ?? undefined);
    for (const { client_id } of Object.values(clients))
      await grantClient(api, client_id, `urn:pop:${name}`, ['read:data']);
  }
  const table = async (client: MadeClient, proof: DpopKey | undefined): Promise<string[]> => {
    const outcomes = [];
    for (const name of Object.keys(apis)) outcomes.push(await outcomeOf(client, `urn:pop:${name}`, proof));
    return outcomes;
  };
  assert.deepEqual(await table(clients.N, undefined), ['bearer', 'bearer', MISSING]);
  assert.deepEqual(await table(clients.N, key), ['bearer', 'bound', 'bound']);
  assert.deepEqual(await table(clients.Y, undefined), [NONE, MISSING, MISSING]);
  assert.deepEqual(await table(clients.Y, key), [NONE, 'bound', 'bound']);

  const { client_id } = clients.Y;
  assert.equal((await must('GET', `/clients/${client_id}`)).require_proof_of_possession, true);
  await must('PATCH', `/clients/${client_id}`, { require_proof_of_possession: false });
  assert.deepEqual(await table(clients.Y, undefined), ['bearer', 'bearer', MISSING]);
  await must('PATCH', `/resource-servers/${encodeURIComponent('urn:pop:required')}`, { proof_of_possession: null });
  assert.deepEqual(await table(clients.Y, key), ['bearer', 'bound', 'bearer']);
});

it('what is required for public clients alone is required of none', async () => {
  const client = await makeClient(api);
  const expected = { public_clients: 'bearer', confidential_clients: MISSING, all_clients: MISSING };
  for (const [required_for, outcome] of Object.entries(expected)) {
    const id = await makeApi(`urn:pop:${required_for}`, { ...REQUIRED, required_for });
    await grantClient(api, client.client_id, `urn:pop:${required_for}`, ['read:data']);
    assert.equal(await outcomeOf(client, `urn:pop:${required_for}`, undefined), outcome);
    assert.deepEqual((await must('GET', `/resource-servers/${id}`)).proof_of_possession, { ...REQUIRED, required_for });
  }
});

it('another mechanism, and half a policy, are refused by name', async () => {
  for (const [policy, message] of [
    [{ mechanism: 'mac', required: true }, /must be dpop or mtls.*mechanism/],
    [{ mechanism: 'dpop' }, /required/],
    [{ ...ALLOWED, required_for: 'nobody' }, /required_for/],
    [{ ...ALLOWED, more: 1 }, /more/],
  ] as const) {
    const { status, body } = await api.call('POST', '/resource-servers', {
      identifier: 'urn:pop:bad',
      proof_of_possession: policy,
    });
    assert.equal(status, 400);
    assert.match(String((body as Body).message), message);
  }
});

describe('a proof that binds no token', () => {
  it('must be good, and is used once, all the same', async () => {
    const client = await makeClient(api);
    await grantClient(api, client.client_id, stack().audience, ['read:data']);
    const { client_id, client_secret } = client;
    const proof = await makeProof(await newDpopKey(), `${stack().url}/oauth/token`);
    const answer = () => requestToken(stack(), { client_id, client_secret }, { DPoP: proof });
    assert.equal((await answer()).body.token_type, 'Bearer');
    assert.equal((await answer()).body.error, 'invalid_dpop_proof');
  });

  it('is of no worth to a stranger: who the client is comes first', async () => {
    const proof = await makeProof(await newDpopKey(), `${stack().url}/oauth/token`);
    const wrong = await requestToken(stack(), { client_secret: 'wrong' }, { DPoP: proof });
    assert.deepEqual([wrong.status, wrong.body.error], [401, 'access_denied']);
    assert.equal((await requestToken(stack(), {}, { DPoP: proof })).status, 200);
  });
});

describe('a bound token', () => {
  const SEEN = 'https://seen.example.com/';
  const CODE = {
    hook: `module.exports = (client, scope, audience, context, cb) =>
      cb(null, { scope, cnf: { jkt: 'forged' }, '${SEEN}': context.proof_of_possession ?? 'bearer' });`,
    action: `exports.onExecuteCredentialsExchange = async (event, api) => {
      api.accessToken.setCustomClaim('cnf', null);
      api.accessToken.setCustomClaim('${SEEN}action', event.proof_of_possession ?? 'bearer');
    };`,
  };

  it('is seen by hooks and Actions, which can neither change nor remove its cnf, and by the log', async () => {
    const client = await makeClient(api);
    await makeApi('urn:pop:shaped', ALLOWED);
    await grantClient(api, client.client_id, 'urn:pop:shaped', ['read:data']);
    const hook = { name: 'of a proof', triggerId: 'credentials-exchange', enabled: true };
    const { id } = await must('POST', '/hooks', { ...hook, script: CODE.hook });
    const supported_triggers = [{ id: 'credentials-exchange' }];
    const made = { name: 'Of a proof', supported_triggers, code: CODE.action, deploy: true };
    const { id: action } = await must('POST', '/actions/actions', made);
    const bindings = [{ ref: { type: 'action_id', value: action } }];
    await must('PATCH', '/actions/triggers/credentials-exchange/bindings', { bindings });
    try {
      const key = await newDpopKey();
      const { body } = await ask(client, 'urn:pop:shaped', key);
      const claims = decodeJwt(String(body.access_token));
      const seen = { mechanism: 'dpop', jkt: key.jkt };
      assert.deepEqual([claims.cnf, claims[SEEN], claims[`${SEEN}action`]], [{ jkt: key.jkt }, seen, seen]);
      const bearer = decodeJwt(String((await ask(client, 'urn:pop:shaped')).body.access_token));
      assert.deepEqual([bearer.cnf, bearer[SEEN], bearer[`${SEEN}action`]], [undefined, 'bearer', 'bearer']);

      let logs: Body[] = [];
      await until('the logs of both', async () => {
        const found = await must('GET', `/logs?q=client_id:${client.client_id}%20AND%20type:seccft`);
        logs = found as unknown as Body[];
        return logs.length === 2;
      });
      const told = logs.map(({ details }) => (details as Body).proof_of_possession);
      assert.deepEqual(new Set(told.map((one) => JSON.stringify(one))), new Set([JSON.stringify(seen), undefined]));
      const log_id = logs.find(({ details }) => (details as Body).proof_of_possession !== undefined)?.log_id;
      const { revisions } = (await must('GET', `/hooks/${String(id)}/revisions`)) as { revisions: Body[] };
      const path = `/hooks/${String(id)}/revisions/${String(revisions[0]?.revision)}/dry-run`;
      const { token } = (await must('POST', path, { log_id })) as { token: { claims: Body } };
      assert.deepEqual(token.claims[SEEN], seen);
    } finally {
      await must('DELETE', `/actions/actions/${String(action)}?force=true`);
      await must('DELETE', `/hooks/${String(id)}`);
    }
  });
});

describe('the Management API, whose tokens are bearer tokens', () => {
  const audience = (): string => `${stack().url}/api/v2/`;

  it('has no token for a client that takes only bound ones, and a proof binds none', async () => {
    const client = await makeClient(api, { require_proof_of_possession: true });
    await grantClient(api, client.client_id, audience(), ['read:clients']);
    const key = await newDpopKey();
    assert.equal(await outcomeOf(client, audience(), key), NONE);
    await must('PATCH', `/clients/${client.client_id}`, { require_proof_of_possession: false });
    assert.equal(await outcomeOf(client, audience(), key), 'bearer');
  });

  it('cannot be given a policy, and refuses a token that is bound though none should be', async () => {
    const path = `/resource-servers/${encodeURIComponent(audience())}`;
    const message = 'The Management API itself can neither be changed nor deleted.';
    await refused(api.call('PATCH', path, { proof_of_possession: ALLOWED }), 400, message);
    const client = await makeClient(api);
    await grantClient(api, client.client_id, audience(), ['read:clients']);
    const apis = resourceServersIn(await stack().db());
    const before = await apis.findByIdentifier(audience());
    assert(before !== undefined);
    await addApi(stack(), { ...before, proof_of_possession: { mechanism: 'dpop', required: true } });
    await stack().announceChange();
    try {
      const { body } = await ask(client, audience(), await newDpopKey());
      assert.equal(body.token_type, 'DPoP');
      for (const scheme of ['Bearer', 'DPoP']) {
        const headers = { Authorization: `${scheme} ${String(body.access_token)}` };
        assert.equal((await fetch(`${stack().url}/api/v2/clients`, { headers })).status, 401, scheme);
      }
    } finally {
      await addApi(stack(), before);
      await stack().announceChange();
    }
  });

  it('keeps its last administrator from requiring what would lock it out', async () => {
    const { managementClientId } = stack();
    const { status, body } = await api.call('PATCH', `/clients/${managementClientId}`, {
      require_proof_of_possession: true,
    });
    assert.deepEqual([status, (body as Body).errorCode], [409, 'last_administrator']);
  });
});
