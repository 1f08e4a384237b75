import './quiet.ts';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildHook } from '../../hook-build/build-hook.ts';
import { HookRevision } from '../../shared/domain/hook.ts';
import { NO_CEILING } from '../../shared/egress/address-ceiling.ts';
import { createEgressBroker } from '../../services/hook-executor/egress/broker.ts';
import { networkOfRun } from '../../services/hook-executor/egress/network-of-run.ts';
import { openSandboxPool, type SandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { hookArguments, revisionOf } from '../attacks/sandbox.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { PACKAGES, type Package } from './node-packages.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = {
  pub: publicKey.export({ format: 'pem', type: 'spki' }),
  pem: privateKey.export({ format: 'pem', type: 'pkcs8' }),
};
const server = createServer(answer);
const broker = createEgressBroker(NO_CEILING);
let pool: SandboxPool | undefined;
let base = '';

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  pool = await openSandboxPool(1, startStrongestSandbox);
});
after(() => {
  pool?.close();
  server.close();
  server.closeAllConnections();
});

function answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-type', 'application/json');
  const isSigned = /^AWS4-HMAC-SHA256 Credential=.*Signature=[0-9a-f]{64}$/.test(headers.authorization ?? '');
  if (url === '/gzip') response.setHeader('content-encoding', 'gzip').end(gzipSync('{"ok":true}'));
  else if (url === '/jwks') {
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' };
    response.end(JSON.stringify({ keys: [jwk] }));
  } else if (url.startsWith('/b/k')) response.end(isSigned ? 'an object' : 'not signed');
  else if (url === '/')
    response.end(isSigned ? '{"TableNames":["t"],"SecretString":"s","Parameter":{"Value":"v"}}' : '{}');
  else response.end('{"ok":true}');
}

const LIMITS = { cpu_ms: 5_000, wall_ms: 15_000, heap_mib: 128, network_calls: 5 };

async function answersOf(packages: Record<string, Package>): Promise<Record<string, unknown>> {
  const { script } = await buildHook({
    code: `const shown = (value) => (ArrayBuffer.isView(value) ? Array.from(value) : JSON.parse(JSON.stringify(value ?? null)));
      const answers = {
        ${Object.entries(packages)
          .map(
            ([name, { answer }]) =>
              `'${name}': (() => { const p = require('${name}'); return ({ base, pub, pem, aws }) => ${answer}; })()`,
          )
          .join(',\n')}
      };
      module.exports = async (client, scope, audience, context, cb) => {
        const aws = { region: 'eu-west-1', endpoint: context.body.base, credentials: { accessKeyId: 'A', secretAccessKey: 's' } };
        const found = {};
        for (const [name, answer] of Object.entries(answers)) {
          try { found[name] = shown(await answer({ ...context.body, aws })); } catch (error) { found[name] = String(error?.stack).slice(0, 300); }
        }
        cb(null, found);
      };`,
    dependencies: Object.fromEntries(Object.entries(packages).map(([name, { version }]) => [name, version])),
  });
  const revision = { ...revisionOf(script, LIMITS), script };
  const due = Date.now() + 30_000;
  const policy = HookRevision.parse({
    hook_id: 'packages',
    code: 'packages',
    egress: { allowed_addresses: ['127.0.0.0/8'], allowed_hosts: null },
    limits: revision.limits,
    revision: revision.revision,
  });
  const network = networkOfRun(broker, policy, due);
  const outcome = await pool?.run(revision, hookArguments({ ...keys, base }), due, network);
  if (outcome?.status !== 'ok') assert.fail(JSON.stringify(outcome).slice(0, 500));
  return JSON.parse(outcome.result ?? '') as Record<string, unknown>;
}

describe('published packages answer in a hook what they answer in Node', { concurrency: 2 }, () => {
  for (const [group, packages] of Object.entries(PACKAGES)) {
    test(`${group}: ${Object.keys(packages).join(', ')}`, async () => {
      const expected = Object.fromEntries(Object.entries(packages).map(([name, { is }]) => [name, is]));
      assert.deepEqual(await answersOf(packages), expected);
    });
  }
});
