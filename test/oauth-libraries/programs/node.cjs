// Libraries of npm, as clients and APIs use them, against hookmint: node node.cjs TASK FOLDER
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { createServer } = require('node:http');

const [task_file, folder] = process.argv.slice(2);
const load = createRequire(`${folder}/package.json`);
const task = JSON.parse(readFileSync(task_file, 'utf8'));
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function tell(library, area, act) {
  try {
    say({ library, area, error: null, token: await act() });
  } catch (error) {
    say({
      library,
      area,
      error: [error.message, error.cause?.message ?? error.cause?.error_description].filter(Boolean).join(': '),
    });
  }
}

/** @param verify Resolves, or rejects, for a token and an audience. */
async function api(library, verify, dialects = ['access_token', 'rfc9068_profile']) {
  for (const { area, dialect, token, audience } of task.accept) {
    if (dialects.includes(dialect)) await tell(library, area, async () => void (await verify(token, audience)));
  }
  for (const { area, token, audience } of task.refuse) {
    await tell(library, 'others refused', async () => {
      const is_taken = await Promise.resolve(verify(token, audience)).then(
        () => true,
        () => false,
      );
      if (is_taken) throw new Error(`took: ${area}`);
    });
  }
}

/** Serves an API until the standard input ends. */
function serve(library, listener) {
  const server = createServer(listener).listen(0, '127.0.0.1', () => {
    say({ library, url: `http://127.0.0.1:${server.address().port}/data` });
  });
  process.stdin.resume().on('end', () => {
    server.closeAllConnections();
    server.close();
  });
}

async function byOauth4webapi() {
  const oauth = load('oauth4webapi');
  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(task.issuer);
  const discovered = async (algorithm) =>
    oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...insecure }));
  const server = await discovered('oauth2');
  const client = { client_id: task.client.id };
  const get = async (of, authentication, parameters, options = {}) => {
    const asked = () =>
      oauth.clientCredentialsGrantRequest(
        server,
        of,
        authentication,
        { scope: 'read:data', ...parameters },
        { ...insecure, ...options },
      );
    return (await oauth.processClientCredentialsResponse(server, of, await asked())).access_token;
  };
  const basic = oauth.ClientSecretBasic(task.client.secret);
  const { audience } = task;
  await tell('oauth4webapi', 'metadata', async () => void (await discovered('oidc')));
  await tell('oauth4webapi', 'Basic', () => get(client, basic, { audience }));
  await tell('oauth4webapi', 'post', () => get(client, oauth.ClientSecretPost(task.client.secret), { audience }));
  await tell('oauth4webapi', 'resource', () => get(client, basic, { resource: audience }));
  for (const { id, alg, jwk } of task.key_clients) {
    await tell('oauth4webapi', `key ${alg}`, async () => {
      const key = await privateKey(jwk, alg);
      return get({ client_id: id }, oauth.PrivateKeyJwt({ key, kid: jwk.kid }), { audience });
    });
  }
  await tell('oauth4webapi', 'DPoP', async () => {
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
    const { cnf } = load('jose').decodeJwt(await get(client, basic, { audience: task.bound_audience }, { DPoP }));
    if (cnf?.jkt !== (await DPoP.calculateThumbprint())) throw new Error('not bound to the key');
  });
  const validate = (token, of, options = {}) => {
    const request = new Request('http://127.0.0.1/data', { headers: { authorization: `Bearer ${token}` } });
    return oauth.validateJwtAccessToken(server, request, of, { ...insecure, ...options });
  };
  await api('oauth4webapi', validate, ['rfc9068_profile']);
  serve('oauth4webapi', (request, response) => {
    const seen = new Request(`http://${request.headers.host}${request.url}`, {
      method: request.method,
      headers: request.headers,
    });
    oauth.validateJwtAccessToken(server, seen, task.bound_audience, { ...insecure, requireDPoP: true }).then(
      () => response.writeHead(200).end('{}'),
      () => response.writeHead(401).end('{}'),
    );
  });
}

const privateKey = (jwk, alg) => load('jose').importJWK(jwk, alg);

async function byOpenidClient() {
  const client = load('openid-client');
  const options = (algorithm) => ({ algorithm, execute: [client.allowInsecureRequests] });
  const issuer = new URL(task.issuer);
  const get = async (id, authentication, parameters, DPoP) => {
    const config = await client.discovery(issuer, id, undefined, authentication, options('oauth2'));
    const handle = DPoP && client.getDPoPHandle(config, DPoP);
    return (await client.clientCredentialsGrant(config, { scope: 'read:data', ...parameters }, { DPoP: handle }))
      .access_token;
  };
  const { audience } = task;
  const { id, secret } = task.client;
  await tell(
    'openid-client',
    'metadata',
    async () => void (await client.discovery(issuer, id, undefined, client.None(), options('oidc'))),
  );
  await tell('openid-client', 'Basic', () => get(id, client.ClientSecretBasic(secret), { audience }));
  await tell('openid-client', 'post', () => get(id, client.ClientSecretPost(secret), { audience }));
  await tell('openid-client', 'resource', () => get(id, client.ClientSecretPost(secret), { resource: audience }));
  for (const one of task.key_clients) {
    await tell('openid-client', `key ${one.alg}`, async () => {
      const key = await privateKey(one.jwk, one.alg);
      return get(one.id, client.PrivateKeyJwt({ key, kid: one.jwk.kid }), { audience });
    });
  }
  await tell('openid-client', 'DPoP', async () => {
    const pair = await client.randomDPoPKeyPair('ES256');
    const { cnf } = load('jose').decodeJwt(
      await get(id, client.ClientSecretPost(secret), { audience: task.bound_audience }, pair),
    );
    if (typeof cnf?.jkt !== 'string') throw new Error('not bound');
  });
}

async function byOthers() {
  const jose = load('jose');
  const keys = jose.createRemoteJWKSet(new URL(task.jwks_uri));
  const { issuer } = task;
  await api('jose', (token, audience) => jose.jwtVerify(token, keys, { issuer, audience }));

  const { auth } = load('express-oauth2-jwt-bearer');
  const called = (middleware, token) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, host: '127.0.0.1' };
      const request = {
        headers,
        query: {},
        method: 'GET',
        protocol: 'http',
        get: (name) => headers[name.toLowerCase()],
        is: () => false,
        originalUrl: '/data',
      };
      Promise.resolve(middleware(request, {}, (error) => (error ? reject(error) : resolve()))).catch(reject);
    });
  await api('express-oauth2-jwt-bearer', (token, audience) =>
    called(auth({ issuerBaseURL: issuer, audience, dpop: { enabled: false } }), token),
  );
  const app = load('express')();
  app.get(
    '/data',
    auth({ issuerBaseURL: issuer, audience: task.bound_audience, dpop: { enabled: true, required: true } }),
  );
  app.get('/data', (_request, response) => response.json({}));
  app.use((error, _request, response, _next) => response.status(error.status ?? 500).json({}));
  serve('express-oauth2-jwt-bearer', app);

  const { expressjwt } = load('express-jwt');
  const secret = load('jwks-rsa').expressJwtSecret({ jwksUri: task.jwks_uri });
  await api('express-jwt', (token, audience) =>
    called(expressjwt({ secret, algorithms: ALGORITHMS, issuer, audience }), token),
  );

  const { JwtVerifier } = load('aws-jwt-verify');
  const published = await (await fetch(task.jwks_uri)).json();
  await api('aws-jwt-verify', (token, audience) => {
    const verifier = JwtVerifier.create({ issuer, audience, jwksUri: 'https://not-asked.example.com/jwks.json' });
    verifier.cacheJwks(published);
    return verifier.verify(token);
  });
}

byOauth4webapi()
  .then(byOpenidClient)
  .then(byOthers)
  .then(() => say({ over: true }))
  .catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  });
