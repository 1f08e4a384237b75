import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { createFindCertificate } from '../../services/gateway/client-certificate/find-certificate.ts';
import { listen, type HttpServer } from '../../shared/http/server.ts';
import { newIdentity, type Identity } from '../support/tls-client.ts';
import { until } from '../support/until.ts';

// A server that asks clients for certificates, and what it knows of them.

const folder = mkdtempSync(join(tmpdir(), 'hookmint-mutual-tls-'));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const [authority, stranger, own] = [
  await newIdentity({ subject: 'CN=an authority', isAuthority: true }),
  await newIdentity({ subject: 'CN=an authority', isAuthority: true }),
  await newIdentity({ subject: 'CN=localhost', usage: 'server', names: [{ type: 'dns', value: 'localhost' }] }),
];
const files = { certFile: file('cert.pem', own.cert), keyFile: file('key.pem', own.key) };
const authoritiesFile = file('authorities.pem', authority.cert);
const servers: HttpServer[] = [];
after(async () => {
  await Promise.all(servers.map(({ close }) => close()));
  rmSync(folder, { recursive: true, force: true });
});

/** The port of a server that says of each request which certificate it has found, and whether it is verified. */
async function serve(authorities: string | undefined): Promise<number> {
  const find = createFindCertificate(undefined, { hasAuthorities: authorities !== undefined });
  const server = await listen(
    (asked, response) => {
      const certificate = find(asked);
      response.end(certificate === undefined ? 'none' : `${certificate.thumbprint} ${String(certificate.isVerified)}`);
    },
    {
      host: '127.0.0.1',
      port: 0,
      tls: { ...files, clients: { authoritiesFile: authorities } },
      drainMs: 0,
      connections: { max: 100, maxPerAddress: 100 },
      headers: {},
      errorBody: () => ({}),
    },
  );
  servers.push(server);
  return server.port;
}

function ask(port: number, { cert, key }: Partial<Identity>, agent: Agent | false = false): Promise<string> {
  const identity = cert === undefined || key === undefined ? {} : { cert, key };
  const options = { port, host: '127.0.0.1', servername: 'localhost', ca: own.cert, agent, ...identity };
  return new Promise((resolve, reject) => {
    request(options, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString())).once('end', () => resolve(text));
    })
      .once('error', reject)
      .end();
  });
}

describe('a server that asks for certificates', () => {
  it('takes any, and counts those as verified that its authorities issued for clients', async () => {
    const port = await serve(authoritiesFile);
    const subject = 'CN=billing';
    const client = await newIdentity({ subject: 'CN=a client', authority });
    const cases: [string, Identity, boolean][] = [
      ['of an authority', await newIdentity({ subject, authority }), true],
      ['of another of the same name', await newIdentity({ subject, authority: stranger }), false],
      ['of its own key', await newIdentity({ subject }), false],
      ['that has expired', await newIdentity({ subject, authority, fromMs: -7_200_000, untilMs: -3_600_000 }), false],
      ['for servers', await newIdentity({ subject, authority, usage: 'server' }), false],
      ['of a client that makes others', await newIdentity({ subject, authority: client }), false],
    ];
    for (const [label, identity, isVerified] of cases) {
      assert.equal(await ask(port, identity), `${identity.thumbprint} ${String(isVerified)}`, label);
    }
    assert.equal(await ask(port, {}), 'none');
  });

  it('without authorities of its own trusts none, not those of the web either', async () => {
    const port = await serve(undefined);
    const identity = await newIdentity({ authority });
    assert.equal(await ask(port, identity), `${identity.thumbprint} false`);
  });

  it('has the key shown in each handshake: no session is taken up again', async () => {
    const port = await serve(authoritiesFile);
    const { cert, key } = await newIdentity({ authority });
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const options = { port, host: '127.0.0.1', servername: 'localhost', ca: own.cert, cert, key, maxVersion };
      let session: Buffer | undefined;
      for (const again of [false, true]) {
        const socket: TLSSocket = connect({ ...options, ...(session === undefined ? {} : { session }) });
        socket.on('session', (given) => (session = given));
        await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
        session ??= socket.getSession();
        assert.equal(socket.isSessionReused(), false, `${maxVersion} ${String(again)}`);
        socket.destroy();
      }
    }
  });

  it('ends connections that authorities let in which are none any more', async () => {
    const changing = file('changing.pem', authority.cert);
    const port = await serve(changing);
    const identity = await newIdentity({ authority });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      assert.equal(await ask(port, identity, agent), `${identity.thumbprint} true`);
      const [kept] = Object.values(agent.freeSockets).flat() as (TLSSocket | undefined)[];
      assert(kept !== undefined);
      file('changing.pem', stranger.cert);
      await until('the connection is ended', () => kept.destroyed);
      assert.equal(await ask(port, identity, agent), `${identity.thumbprint} false`);
    } finally {
      agent.destroy();
    }
  });

  it('ends such a connection also where a request is on its way, after its answer', async () => {
    const changing = file('changing-meanwhile.pem', authority.cert);
    const port = await serve(changing);
    const { cert, key } = await newIdentity({ authority });
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: own.cert, cert, key });
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    let answered = '';
    socket.on('data', (part: Buffer) => (answered += part.toString()));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
    const other = await newIdentity({ authority });
    file('changing-meanwhile.pem', stranger.cert);
    await until('the authorities are others', async () => (await ask(port, other)).endsWith('false'));
    socket.write('\r\n');
    await until('it is answered', () => answered !== '');
    assert.match(answered, /^connection: close\r$/im);
    await ended;
  });

  it('does not start with authorities that are none', async () => {
    const client = await newIdentity({ authority });
    for (const [content, message] of [
      ['', /no certificate is in it/],
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', /cannot be used/],
      [client.cert, /is no authority/],
      [`${authority.cert}\n${client.cert}`, /is no authority/],
    ] as const) {
      await assert.rejects(serve(file('none.pem', content)), message);
    }
    await assert.rejects(serve(join(folder, 'missing.pem')), /cannot be used/);
  });
});
