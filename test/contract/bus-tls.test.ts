import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ensureCertificates, type Certificates } from '../../deploy/local/certificates.ts';
import type { RunningServer } from '../../deploy/local/servers/child-server.ts';
import { startNats } from '../../deploy/local/servers/run-nats.ts';
import { busEnv, connectBus } from '../../shared/bus/connect.ts';
import { readEnv } from '../../shared/env.ts';
import { natsBinary } from './bus-fixtures.ts';
import { temporaryDir } from './servers-fixtures.ts';

const CONNECT = fileURLToPath(new URL('../../shared/bus/connect.ts', import.meta.url));
const RECONNECTED_WITHIN_MS = 30_000;
const dir = temporaryDir();
const servers: RunningServer[] = [];
after(() => Promise.all(servers.map((server) => server.stop())));

const certificatesOf = (folder: string, name = 'localhost', nowMs?: number): Promise<Certificates> =>
  ensureCertificates(
    join(dir, folder),
    { name, authority: 'hookmint test CA', for: [{ type: 'dns', value: name }], isClientToo: true },
    nowMs,
  );

/** @param more Further lines of the `tls` block. */
async function startTls(
  folder: string,
  { certFile, keyFile }: Certificates,
  more = '',
  port?: number,
): Promise<RunningServer> {
  const configFile = join(dir, `${folder}.conf`);
  writeFileSync(configFile, `tls { cert_file: "${certFile}", key_file: "${keyFile}", timeout: 5${more} }`);
  const server = await startNats({
    binary: await natsBinary(),
    dataDir: join(dir, `${folder}-data`),
    configFile,
    port,
  });
  servers.push(server);
  return server;
}

const urlOf = ({ port }: RunningServer, scheme = 'tls', host = 'localhost'): string =>
  `${scheme}://${host}:${String(port)}`;

/** `connected`, or why not. */
async function outcomeOf(env: Parameters<typeof connectBus>[1]): Promise<string> {
  try {
    const connection = await connectBus('gateway', env);
    await connection.flush().finally(() => connection.close());
    return 'connected';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('a bus that speaks TLS', () => {
  let ours: Certificates;
  let others: Certificates;
  let server: RunningServer;
  before(async () => {
    [ours, others] = await Promise.all([certificatesOf('ours'), certificatesOf('others')]);
    server = await startTls('ours', ours);
  });

  it('is connected to by who trusts its CA, whatever the scheme is', async () => {
    assert.equal(await outcomeOf({ NATS_URL: urlOf(server), NATS_CA_FILE: ours.caFile }), 'connected');
    assert.equal(await outcomeOf({ NATS_URL: urlOf(server, 'nats'), NATS_CA_FILE: ours.caFile }), 'connected');
  });

  it('is refused by who trusts another CA, or none but the public ones', async () => {
    assert.match(
      await outcomeOf({ NATS_URL: urlOf(server), NATS_CA_FILE: others.caFile }),
      /unable to verify|self-signed/,
    );
    assert.match(await outcomeOf({ NATS_URL: urlOf(server) }), /unable to verify|self-signed/);
  });

  it('is refused under a name that its certificate does not have', async () => {
    const other = await startTls('other-name', await certificatesOf('ours', 'nats.example'));
    assert.match(await outcomeOf({ NATS_URL: urlOf(other), NATS_CA_FILE: ours.caFile }), /altnames/);
  });

  it('is refused by its address, which the client would not compare', async () => {
    const message = await outcomeOf({ NATS_URL: urlOf(server, 'tls', '127.0.0.1'), NATS_CA_FILE: ours.caFile });
    assert.equal(
      message,
      "NATS_URL: with TLS use the name in the server's certificate instead of the address 127.0.0.1.",
    );
  });

  it('is refused with a certificate that has expired', async () => {
    const longAgoMs = Date.now() - 2_000 * 86_400_000;
    const expired = await startTls('expired', await certificatesOf('expired', 'localhost', longAgoMs));
    const { caFile } = await certificatesOf('expired', 'localhost', longAgoMs);
    assert.match(await outcomeOf({ NATS_URL: urlOf(expired), NATS_CA_FILE: caFile }), /expired/);
  });

  it('is verified even where Node was told not to', () => {
    const script = `import { connectBus } from ${JSON.stringify(CONNECT)};
      await connectBus('gateway', { NATS_URL: ${JSON.stringify(urlOf(server))} }).then(() => console.log('connected'), (error) => console.log(error.message));
      process.exit();`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, NODE_TLS_REJECT_UNAUTHORIZED: '0', LOG_LEVEL: 'silent' },
    });
    assert.match(stdout, /unable to verify|self-signed/);
  });

  it('that asks for a certificate is given it', async () => {
    const strict = await startTls('strict', ours, `, ca_file: "${ours.caFile}", verify: true`);
    const env = { NATS_URL: urlOf(strict), NATS_CA_FILE: ours.caFile };
    assert.equal(await outcomeOf({ ...env, NATS_CERT_FILE: ours.certFile, NATS_KEY_FILE: ours.keyFile }), 'connected');
    assert.notEqual(await outcomeOf(env), 'connected');
    assert.notEqual(
      await outcomeOf({ ...env, NATS_CERT_FILE: others.certFile, NATS_KEY_FILE: others.keyFile }),
      'connected',
    );
  });

  it('is reconnected to with the CA and the certificate that were renewed meanwhile', async (t) => {
    const before = await certificatesOf('renewed');
    const first = await startTls('renewed', before);
    const connection = await connectBus('gateway', { NATS_URL: urlOf(first), NATS_CA_FILE: before.caFile });
    t.after(() => connection.close());
    await first.stop();
    rmSync(join(dir, 'renewed'), { recursive: true });
    await startTls('renewed', await certificatesOf('renewed'), '', first.port);
    const untilMs = Date.now() + RECONNECTED_WITHIN_MS;
    let isBack = false;
    while (!isBack && Date.now() < untilMs) {
      isBack = await Promise.race([
        connection.flush().then(
          () => true,
          () => false,
        ),
        new Promise<false>((resolve) => setTimeout(() => resolve(false), 200)),
      ]);
    }
    assert.ok(isBack, `not connected again within ${String(RECONNECTED_WITHIN_MS)} ms`);
  });
});

describe('a bus that does not speak TLS', () => {
  it('is refused by who was told tls://, or whom to trust', async () => {
    const plain = await startNats({ binary: await natsBinary(), dataDir: join(dir, 'plain') });
    servers.push(plain);
    const { caFile } = await certificatesOf('ours');
    assert.match(await outcomeOf({ NATS_URL: urlOf(plain) }), /does not support 'tls'/);
    assert.match(await outcomeOf({ NATS_URL: urlOf(plain, 'nats'), NATS_CA_FILE: caFile }), /does not support 'tls'/);
    const mixed = `${urlOf(plain, 'nats')},tls://localhost:1`;
    assert.match(await outcomeOf({ NATS_URL: mixed }), /does not support 'tls'|connection refused/);
    assert.equal(await outcomeOf({ NATS_URL: urlOf(plain, 'nats') }), 'connected');
  });

  it('is told nothing by who takes it for one that does', async (t) => {
    const heard: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined).on('data', (data) => heard.push(Buffer.from(data)));
      socket.write(
        'INFO {"server_id":"x","version":"2.15.1","proto":1,"max_payload":1048576,"nonce":"abc","headers":true}\r\n',
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    assert.notEqual(await outcomeOf({ NATS_URL: `tls://localhost:${String(port)}` }), 'connected');
    assert.equal(Buffer.concat(heard).toString(), '');
  });
});

describe('the settings of the bus', () => {
  const complaint = (env: Record<string, string>): string => {
    try {
      readEnv(busEnv, env);
      return '';
    } catch (error) {
      return String(error);
    }
  };

  it('name what is wrong with them', async () => {
    for (const url of ['nats:4222', 'ws://nats', 'http://nats:4222', 'tls://', 'tls://a:4222,b:4222']) {
      assert.match(complaint({ NATS_URL: url }), /NATS_URL: must be nats:\/\/ or tls:\/\/ URLs/, url);
    }
    assert.equal(complaint({ NATS_URL: 'tls://a:4222, tls://b:4222' }), '');
    const url = 'tls://localhost:1';
    const file = join(dir, 'nothing.pem');
    writeFileSync(file, 'nothing');
    assert.match(await outcomeOf({ NATS_URL: url, NATS_CA_FILE: join(dir, 'gone.pem') }), /^NATS_CA_FILE: .*ENOENT/);
    assert.match(await outcomeOf({ NATS_URL: url, NATS_CA_FILE: file }), /^NATS_CA_FILE: .* cannot be used/);
    assert.match(await outcomeOf({ NATS_URL: url, NATS_CERT_FILE: file }), /Set both NATS_CERT_FILE and NATS_KEY_FILE/);
    assert.match(
      await outcomeOf({ NATS_URL: url, NATS_CERT_FILE: file, NATS_KEY_FILE: file }),
      /^NATS_CERT_FILE with NATS_KEY_FILE: .* cannot be used/,
    );
  });
});
