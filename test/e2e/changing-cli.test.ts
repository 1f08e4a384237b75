import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { openManagement } from '../support/management.ts';
import { runCli, type Ended } from '../support/run-cli.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'hookmint-changing-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const stack = withStack({ hook: null });
const hook = (...args: string[]): Promise<Ended> => runCli(stack(), folder, ['hook', ...args]);

/** Of the hook `asking`, whose claim is what it was answered by a server. */
function write(port: number, paths: readonly string[]): void {
  const code = `module.exports = async (client, scope, audience, context, cb) => {
  const was = [];
  for (const path of ${JSON.stringify(paths)})
    was.push(await fetch('http://127.0.0.1:${String(port)}' + path).then(async (answer) => (await answer.text()).slice(0, 20)).catch(() => 'none'));
  cb(null, { scope, 'https://example.com/was': was.join() });
};\n`;
  writeFileSync(join(folder, 'asking.js'), code);
}

it('hook rehearse says by its exit code whether tokens would differ, and by which network', async () => {
  let asked = 0;
  const server = createServer((request, response) => {
    const more = request.url === '/large' ? 'x'.repeat(200_000) : '';
    response.end(`${request.url ?? ''}${String(++asked)}${more}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  write(port, ['/a']);
  const none = await hook('rehearse', 'asking.js');
  assert.equal(none.code, 2, none.stdout);
  const deployed = await hook('deploy', 'asking.js', '--enable', '--allow-address', '127.0.0.1/32');
  assert.equal(deployed.code, 0, deployed.stderr);
  const nobody = await hook('rehearse', 'asking.js', '--client', 'nobody');
  assert.deepEqual([nobody.code, nobody.stdout], [2, ''], nobody.stderr);
  assert.match(nobody.stderr, /There are no requests in the logs to rehearse with/);

  await stack().announceChange();
  assert.equal((await requestToken(stack())).status, 200);
  const management = await openManagement(stack());
  await until('it is in the logs', async () => {
    const { body } = await management.call('GET', `/logs?q=type:seccft AND client_id:${stack().clientId}`);
    return (body as unknown[]).length > 0;
  });
  const before = asked;
  const rehearsed = (...args: string[]): Promise<Ended> =>
    hook('rehearse', 'asking.js', '--client', stack().clientId, ...args);
  const same = await rehearsed('--network', 'recorded');
  assert.equal(same.code, 0, same.stdout + same.stderr);
  assert.match(
    same.stdout,
    /^asking: asking\.js beside .* by 1 requests of the logs, network recorded\n[^]*0 of 1 differ$/m,
  );
  assert.equal(asked, before + 1);

  write(port, ['/a', '/b']);
  const other = await rehearsed('--network', 'recorded');
  assert.equal(other.code, 1, other.stderr);
  assert.match(other.stdout, /claim changed: https:\/\/example\.com\/was/);
  assert.match(other.stdout, /\/a\d+,none/);
  assert.match(other.stdout, /1 asked for what the deployed revision did not ask for, so nothing answered/);
  const refused = await rehearsed();
  assert.match(refused.stdout, /network refused\n[^]*1 asked for the network, which is refused: --network live/);
  const live = await rehearsed('--network', 'live', '--json');
  // The server answers each request otherwise.
  const report = JSON.parse(live.stdout) as { network: string; network_refused: number; varying: string[] };
  const { network, network_refused, varying } = report;
  assert.deepEqual([live.code, network, network_refused, varying], [0, 'live', 0, ['https://example.com/was']]);
  // An answer that is too large to be recorded: the other revision, the same code, would seem to fail by it.
  write(port, ['/large']);
  assert.equal((await hook('deploy', 'asking.js', '--allow-address', '127.0.0.1/32')).code, 0);
  const large = await rehearsed('--network', 'recorded');
  assert.deepEqual([large.code, large.stdout], [2, ''], large.stdout);
  assert.match(large.stderr, /None of 1 requests could be repeated, so nothing was compared/);
  assert.match((await rehearsed('--network', 'some')).stderr, /--network must be live or recorded or refused/);
});
