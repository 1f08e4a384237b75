import { createHmac } from 'node:crypto';
import { tmpdir } from 'node:os';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { grantClient, makeClient } from '../e2e/management-clients-fixtures.ts';
import { askByAssertion } from '../support/client-assertion.ts';
import type { Management } from '../support/management.ts';
import { runCli } from '../support/run-cli.ts';
import type { Stack } from '../support/stack.ts';
import type { TokenAnswer } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import type { Keycloak } from './keycloak.ts';

/** What was shown to hookmint, the status that it must answer, and what it answered. */
type Shown = { what: string; expected: number; answer: TokenAnswer };

const SECRET = 'of-the-client-at-keycloak';
/** Keycloak gives tokens for these. hookmint lets clocks differ by ten seconds. */
const [SHORT_SECONDS, LONG_SECONDS] = ['1', '7200'];
const EXPIRED_MS = 13_000;

/** A client of Keycloak with a service account, whose tokens are for these audiences and nobody else. */
function workload(clientId: string, audiences: readonly string[], attributes: Record<string, string> = {}): object {
  return {
    ...{ clientId, secret: SECRET, publicClient: false, serviceAccountsEnabled: true, standardFlowEnabled: false },
    ...{ directAccessGrantsEnabled: true, fullScopeAllowed: false, attributes },
    protocolMappers: audiences.map((audience) => ({
      ...{ name: audience, protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper' },
      config: { 'included.custom.audience': audience, 'access.token.claim': 'true', 'id.token.claim': 'false' },
    })),
  };
}

/**
 * A client of hookmint that a service account of Keycloak is, by `hookmint trust add`: its token, and what must not be taken for it.
 *
 * @param keycloak is stopped by it.
 */
export async function showTokensOf(keycloak: Keycloak, stack: Stack, management: Management): Promise<Shown[]> {
  const own = `${stack.url}/`;
  const clients = [
    workload('billing', [own]),
    workload('orders', [own]),
    workload('elsewhere', ['https://another.example.com']),
    workload('both', [own, 'https://another.example.com']),
    workload('without', []),
    workload('api', [stack.audience]),
    workload('profiled', [own], { 'access.token.header.type.rfc9068': 'true' }),
    workload('long', [own], { 'access.token.lifespan': LONG_SECONDS }),
    workload('short', [own], { 'access.token.lifespan': SHORT_SECONDS }),
  ];
  const person = {
    ...{ username: 'alice', enabled: true, email: 'alice@example.com', firstName: 'Alice', lastName: 'A' },
    credentials: [{ type: 'password', value: SECRET }],
  };
  // A token may live for as long as its client says.
  const rest = { ssoSessionMaxLifespan: 86_400, ssoSessionIdleTimeout: 86_400, users: [person], clients };
  const realm = (name: string): Promise<string> => keycloak.makeRealm({ realm: name, ...rest });
  await realm('strangers');
  const [issuer, neighbour, late] = [await realm('workloads'), await realm('neighbours'), await realm('late')];
  const of = async (clientId: string, at = 'workloads', form: Record<string, string> = {}): Promise<string> => {
    const grant = { grant_type: 'client_credentials', ...form };
    const told = await keycloak.ask(at, { ...grant, client_id: clientId, client_secret: SECRET });
    const token = told[form.grant_type === undefined ? 'access_token' : 'id_token'] ?? told.access_token;
    if (typeof token !== 'string') throw new Error(`Keycloak gives ${clientId} no token: ${JSON.stringify(told)}`);
    return token;
  };

  const trusting = async (token: string, at: string): Promise<string> => {
    const { client_id } = await makeClient(management, { name: 'Of Keycloak' });
    await grantClient(management, client_id, stack.audience, ['read:data']);
    const args = ['trust', 'add', 'oidc', String(decodeJwt(token).sub), '--issuer', at, '--client', client_id];
    const { code, stderr } = await runCli(stack, tmpdir(), args);
    if (code !== 0) throw new Error(`hookmint ${args.join(' ')}: ${stderr}`);
    return client_id;
  };
  const token = await of('billing');
  const client_id = await trusting(token, issuer);
  const ofNeighbour = await of('billing', 'neighbours');
  await trusting(ofNeighbour, neighbour);
  const ofLate = await of('billing', 'late');
  const lateClient = await trusting(ofLate, late);
  const bySecret = await makeClient(management, { name: 'With a secret' });

  const seen: Shown[] = [];
  const show = async (expected: number, what: string, assertion: string, id = client_id): Promise<void> => {
    seen.push({ what, expected, answer: await askByAssertion(stack, assertion, { client_id: id }) });
  };
  await show(200, 'of its service account', token);
  await show(200, 'of its service account, again', token);
  const short = await of('short');
  const shortClient = await trusting(short, issuer);
  await show(200, 'that lives for a second', short, shortClient);
  const expires = performance.now() + EXPIRED_MS;

  await show(401, 'of another service account', await of('orders'));
  await show(401, 'of a person', await of('billing', 'workloads', passwordOf(person.username)));
  await show(
    401,
    'of a person, its ID token',
    await of('billing', 'workloads', { ...passwordOf(person.username), scope: 'openid' }),
  );
  await show(401, 'of a realm that nobody trusts', await of('billing', 'strangers'));
  await show(401, 'of a realm that another client trusts', ofNeighbour);
  for (const [what, of_] of [
    ['for another audience', 'elsewhere'],
    ['for hookmint and another audience', 'both'],
    ['for nobody', 'without'],
    ['for an API of hookmint', 'api'],
    ['of the type `at+jwt`', 'profiled'],
    ['that lives for two hours', 'long'],
  ] as const) {
    const shown = await of(of_);
    await show(401, what, shown, await trusting(shown, issuer));
  }
  const keys = (await (await fetch(`${issuer}/protocol/openid-connect/certs`)).json()) as { keys: { kid?: string }[] };
  for (const [what, forged] of forgeries(token, keys.keys)) await show(401, what, forged);
  await show(401, 'of its service account, for a client with a secret', token, bySecret.client_id);
  await show(401, 'of its service account, for a client that is not there', token, 'nobody');
  await until('the token has expired', () => performance.now() > expires);
  await show(401, 'that has expired', short, shortClient);
  await keycloak.stop();
  await show(503, 'of a realm whose keys were never fetched, and Keycloak is stopped', ofLate, lateClient);
  await show(200, 'of its service account, and Keycloak is stopped', token);
  return seen;
}

const passwordOf = (username: string): Record<string, string> => ({
  ...{ grant_type: 'password', username, password: SECRET },
});

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** What was never signed by Keycloak. */
function forgeries(token: string, keys: readonly { kid?: string }[]): [string, string][] {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const header = decodeProtectedHeader(token);
  const changed = { ...decodeJwt(token), jti: 'another' };
  const input = `${encoded({ ...header, alg: 'HS256' })}.${claims}`;
  const published = JSON.stringify(keys.find(({ kid }) => kid === header.kid));
  return [
    ['with another claim', `${head}.${encoded(changed)}.${signature}`],
    ['of the algorithm none', `${encoded({ ...header, alg: 'none' })}.${claims}.`],
    ['of another algorithm', `${encoded({ ...header, alg: 'PS256' })}.${claims}.${signature}`],
    ['signed with the public key', `${input}.${createHmac('sha256', published).update(input).digest('base64url')}`],
  ];
}
