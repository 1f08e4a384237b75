import { parseArgs } from 'node:util';
import { exportJWK, generateKeyPair } from 'jose';
import { messageOf } from '../../shared/errors.ts';
import { grantClient, makeClient } from '../e2e/management-clients-fixtures.ts';
import { openManagement, type Management } from '../support/management.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { freePort, newIdentity } from '../support/tls-client.ts';
import { startResourceServer, type Binding, type ResourceServer } from './resource-server.ts';
import { openSuite } from './suite.ts';

const HELP = `Runs OpenID's conformance suite, FAPI 2.0 Security Profile with the client-credentials grant, against a hookmint that it starts.

  npm run openid-suite [-- OPTION ...]

  --suite URL    where the suite listens (default http://127.0.0.1:8080): https://gitlab.com/openid/conformance-suite, built by
                 Maven, started with --fintechlabs.devmode=true and a MongoDB of its own
  --only WORDS   one of the variants: private_key_jwt+dpop, private_key_jwt+mtls, mtls+dpop, mtls+mtls
  --help         this text

Exits with 1 when a module did not pass, or warned.
`;

type ClientAuth = 'private_key_jwt' | 'mtls';

const PLAN = 'fapi2-security-profile-final-test-plan';
const VARIANTS: readonly [ClientAuth, Binding][] = [
  ['private_key_jwt', 'dpop'],
  ['private_key_jwt', 'mtls'],
  ['mtls', 'dpop'],
  ['mtls', 'mtls'],
];

async function must(management: Management, method: string, path: string, body: object): Promise<unknown> {
  const answer = await management.call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** An API that binds its tokens so, and two clients that are held to the profile, as the suite is told of them. */
async function configure(
  stack: Stack,
  management: Management,
  api: ResourceServer,
  [auth, binding]: readonly [ClientAuth, Binding],
): Promise<object> {
  const audience = `${api.url}${auth}-${binding}`;
  api.take(audience, binding);
  await must(management, 'POST', '/resource-servers', {
    identifier: audience,
    scopes: [{ value: 'read:data' }],
    signing_alg: 'PS256',
    token_dialect: 'rfc9068_profile',
    proof_of_possession: { mechanism: binding, required: true },
  });
  // The suite names no audience.
  await must(management, 'PATCH', '/tenants/settings', { default_audience: audience });
  const client = async (name: string): Promise<{ client: object; identity: { key: string; cert: string } }> => {
    const { cert, key } = await newIdentity({ subject: `CN=${name}` });
    const pair = await generateKeyPair('PS256', { extractable: true });
    const kid = `key-of-${name}`;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg: 'PS256', use: 'sig' };
    const made = await makeClient(management, {
      name,
      compliance_level: `fapi2_sp_${auth === 'mtls' ? 'mtls' : 'pkj'}_${binding}`,
      client_authentication_methods:
        auth === 'mtls'
          ? { self_signed_tls_client_auth: { credentials: [{ credential_type: 'x509_cert', pem: cert }] } }
          : { private_key_jwt: { credentials: [{ credential_type: 'public_key', jwk }] } },
    });
    await grantClient(management, made.client_id, audience, ['read:data']);
    const keys = [{ ...(await exportJWK(pair.privateKey)), kid, alg: 'PS256', use: 'sig' }];
    const told = { client_id: made.client_id, scope: 'read:data', jwks: { keys }, dpop_signing_alg: 'ES256' };
    return { client: told, identity: { key, cert } };
  };
  const [one, two] = [await client('one'), await client('two')];
  return {
    alias: `hookmint-${auth}-${binding}`,
    server: { discoveryUrl: `${stack.url}/.well-known/oauth-authorization-server` },
    resource: { resourceUrl: `${api.url}data`, resourceMethod: 'GET' },
    client: one.client,
    client2: two.client,
    mtls: one.identity,
    mtls2: two.identity,
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      suite: { type: 'string', default: 'http://127.0.0.1:8080' },
      only: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const chosen = VARIANTS.filter((variant) => variant.join('+').includes(values.only));
  if (chosen.length === 0) throw new Error(`--only: no variant is called ${values.only}`);
  await using cleanup = new AsyncDisposableStack();
  const mtlsPort = String(await freePort());
  const env = { HOOKMINT_MTLS_PORT: mtlsPort, HOOKMINT_MTLS_URL: `https://localhost:${mtlsPort}/` };
  const stack = await startStack({ hook: null, args: ['--tls'], env });
  cleanup.defer(() => stack.stop());
  const management = await openManagement(stack);
  await must(management, 'PATCH', '/tenants/settings', { error_dialect: 'rfc' });
  const api = await startResourceServer(`${stack.url}/`);
  cleanup.defer(api.close);
  const suite = openSuite(values.suite);
  for (const variant of chosen) {
    const [client_auth_type, sender_constrain] = variant;
    const profile = { client_auth_type, sender_constrain, fapi_profile: 'fapi_client_credentials_grant' };
    const fixed = { openid: 'plain_oauth', authorization_request_type: 'simple' };
    const { modules, run } = await suite.plan(
      PLAN,
      { ...profile, ...fixed },
      await configure(stack, management, api, variant),
    );
    let passed = 0;
    for (const module of modules) {
      const { isPassed, outcome, complaints } = await run(module);
      if (isPassed) passed++;
      process.stdout.write(`${variant.join('+')}  ${module.testModule}: ${outcome}\n`);
      for (const complaint of complaints) process.stdout.write(`    ${complaint}\n`);
    }
    process.stdout.write(
      `${variant.join('+')}: ${String(passed)} of ${String(modules.length)} passed without a warning\n`,
    );
    if (passed < modules.length || modules.length === 0) process.exitCode = 1;
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`openid-suite: ${messageOf(error)}\n`);
  process.exitCode = 2;
});
