import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { publicNkeys } from '../../deploy/local/bus-server.ts';
import { loadSecrets } from '../../deploy/local/local-secrets.ts';
import { obtainNats } from '../../deploy/local/servers/nats-binary.ts';
import { startNats } from '../../deploy/local/servers/run-nats.ts';
import { guardServers } from '../support/guarded-servers.ts';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { HOOK } from './load.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const USERS = fileURLToPath(new URL('../../deploy/nats/hookmint.conf', import.meta.url));

// A node that is cut off from the other nodes, as its clients see it: it takes them, and nobody serves there.

let stack: Stack;
let proxy: TcpProxy;
let gateway: AnotherService;
const cleanup = new AsyncDisposableStack();
before(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-cut-'));
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  stack = await startStack({ hook: HOOK });
  cleanup.defer(() => stack.stop());
  proxy = await startTcpProxy(Number(new URL(stack.natsUrl).port));
  cleanup.defer(() => proxy.close());
  const { secrets } = await loadSecrets(stack.dataDir);
  const configFile = join(folder, 'cut.conf');
  writeFileSync(
    configFile,
    `include ${JSON.stringify(relative(folder, USERS))}\nserver_name: cut\ncluster { name: hookmint, listen: "127.0.0.1:-1", routes: ["nats://127.0.0.1:1"] }\n`,
  );
  const { path: binary } = await obtainNats({ report: () => undefined });
  const env = publicNkeys(secrets.nats_nkey_seeds);
  const guarded = guardServers(folder);
  cleanup.defer(guarded.end);
  const node = guarded.started(await startNats({ binary, dataDir: join(folder, 'nats'), configFile, env }));
  cleanup.defer(() => node.stop());
  gateway = await startAnother(stack, 'gateway', {
    env: { NATS_URL: `nats://127.0.0.1:${String(proxy.port)},${node.url}` },
  });
  cleanup.defer(() => gateway.kill());
});
after(() => cleanup.disposeAsync());

const isReady = async (): Promise<boolean> => (await fetch(`${gateway.url}/readyz`)).status === 200;
const status = async (): Promise<number> => (await requestToken({ ...stack, url: gateway.url })).status;

const timesBack = (): number => gateway.printed().split('bus connection is back').length;

test('a gateway leaves a node that is cut off from the others, and is not ready until somebody has answered', async () => {
  // Each of its two connections may have begun at either.
  await until('tokens are issued', async () => (await status()) === 200);
  const backBefore = timesBack();
  await proxy.shut();
  await until('the gateway is at the node that is cut off', () => timesBack() >= backBefore + 2);
  const cutMs = performance.now();
  let refused = 0;
  const isIssuing = async (): Promise<boolean> => {
    const answered = await status();
    if (answered !== 200) refused++;
    assert.ok(answered === 200 || answered === 503);
    return answered === 200;
  };
  // The way back is open only afterwards: by it, the gateway is ready again within milliseconds.
  await until('the gateway is not ready', async () => !(await isIssuing()) && !(await isReady()));
  await proxy.open();
  await until('tokens are issued again', isIssuing);
  const seconds = ((performance.now() - cutMs) / 1_000).toFixed(1);
  process.stdout.write(`faults: a node cut from the others: ${String(refused)} refused, left after ${seconds} s\n`);
  await until('the gateway is ready', isReady);
  assert.match(gateway.printed(), /nobody serves at this server of the bus/);
});
