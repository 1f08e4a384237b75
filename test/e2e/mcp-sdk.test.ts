import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { ClientCredentialsProvider, PrivateKeyJwtProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { decodeJwt, exportPKCS8, exportSPKI, generateKeyPair } from 'jose';
import { pythonPackages } from '../support/python-packages.ts';
import { withStack } from '../support/with-stack.ts';
import { grantClient, makeClient, openPatiently, type MadeClient } from './management-clients-fixtures.ts';

// MCP's own SDKs as published: what they ask for is an MCP server's URL, in the parameter resource (RFC 8707).

const PYTHON_CLIENT = fileURLToPath(new URL('mcp-client.py', import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL('mcp-requirements.txt', import.meta.url));

const stack = withStack({ hook: null });
const issuer = (): string => `${stack().url}/`;

/** An MCP server as far as an SDK asks it for its authorization server (RFC 9728): it wants a token, and no more. */
async function mcpServer(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const metadataUrl = `${origin}/.well-known/oauth-protected-resource/mcp`;
    const json = { 'content-type': 'application/json' };
    if (request.url === new URL(metadataUrl).pathname) {
      const metadata = { resource: `${origin}/mcp`, authorization_servers: [issuer()] };
      response.writeHead(200, json).end(JSON.stringify(metadata));
    } else if (request.url === '/mcp' && request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${metadataUrl}"` }).end();
    } else response.writeHead(request.url === '/mcp' ? 200 : 404, json).end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`;
}

type Granted = { server: string; client: MadeClient; privateKey: string };

/** An MCP server that is an API here, and a client with a grant for it, which signs assertions or has a secret. */
async function granted(t: TestContext, signs: boolean): Promise<Granted> {
  const server = await mcpServer(t);
  const api = await openPatiently(stack());
  const made = await api.call('POST', '/resource-servers', { identifier: server, scopes: [{ value: 'tools' }] });
  assert.equal(made.status, 201);
  const keys = await generateKeyPair('RS256', { extractable: true });
  const pem = await exportSPKI(keys.publicKey);
  const methods = { client_authentication_methods: { private_key_jwt: { credentials: [{ pem, alg: 'RS256' }] } } };
  const client = await makeClient(api, signs ? methods : {});
  await grantClient(api, client.client_id, server, ['tools']);
  return { server, client, privateKey: await exportPKCS8(keys.privateKey) };
}

function assertFor(server: string, token: string): void {
  const { aud, scope, iss } = decodeJwt(token);
  assert.deepEqual([aud, scope, iss], [server, 'tools', issuer()]);
}

for (const way of ['ClientCredentialsProvider', 'PrivateKeyJwtProvider'] as const) {
  it(`MCP's SDK for TypeScript gets a token for the MCP server: ${way}`, async (t) => {
    const { server, client, privateKey } = await granted(t, way === 'PrivateKeyJwtProvider');
    const { client_id: clientId, client_secret: clientSecret } = client;
    const expectedIssuer = issuer();
    const provider: OAuthClientProvider =
      way === 'PrivateKeyJwtProvider'
        ? new PrivateKeyJwtProvider({ clientId, privateKey, algorithm: 'RS256', expectedIssuer })
        : new ClientCredentialsProvider({ clientId, clientSecret, expectedIssuer });
    assert.equal(await auth(provider, { serverUrl: server }), 'AUTHORIZED');
    assertFor(server, (await provider.tokens())?.access_token ?? '');
  });
}

for (const way of ['ClientCredentialsOAuthProvider', 'PrivateKeyJWTOAuthProvider']) {
  it(`MCP's SDK for Python gets a token for the MCP server: ${way}`, { timeout: 300_000 }, async (t) => {
    const packages = pythonPackages(REQUIREMENTS, 'mcp-sdk');
    if ('missing' in packages) {
      t.skip(packages.missing);
      return;
    }
    const signs = way === 'PrivateKeyJWTOAuthProvider';
    const { server, client, privateKey } = await granted(t, signs);
    const folder = mkdtempSync(join(tmpdir(), 'hookmint-mcp-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const keyFile = join(folder, 'key.pem');
    writeFileSync(keyFile, privateKey, { mode: 0o600 });
    const credential = signs ? keyFile : client.client_secret;
    const { stdout } = await promisify(execFile)(join(packages.bin, 'python'), [
      ...[PYTHON_CLIENT, way, server, client.client_id, credential, issuer()],
    ]);
    assertFor(server, stdout.trim());
  });
}
