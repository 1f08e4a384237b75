import { attackClass } from './attack-class.ts';
import { networkedSandbox, OUTSIDE, OUTSIDE_ADDRESS } from './networked-sandbox.ts';
import { hook } from './sandbox.ts';
import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';
import type { EgressPolicy } from '../../shared/domain/egress.ts';

const world = networkedSandbox();
const attack = attackClass('SSRF');
beforeEach(world.reset);

/** Makes the requests of `context.body.urls` one after the other; gives of each the text that came, or what was said instead. */
const FETCHES = hook(`
  (async () => {
    const seen = [];
    for (const url of context.body.urls) {
      seen.push(await fetch(url, context.body.init).then((response) => response.text(),
        (error) => error.cause?.code ?? error.cause?.message ?? error.message));
    }
    cb(null, { seen });
  })();`);

async function fetches(urls: string[], policy?: EgressPolicy, init: object = {}): Promise<string[]> {
  const result = await world.result(FETCHES, { body: { urls, init }, ...(policy === undefined ? {} : { policy }) });
  assert.deepEqual(world.inside, [], 'the service inside was reached');
  return (result as { seen: string[] }).seen;
}
const REFUSED = 'EGRESS_ADDRESS_NOT_ALLOWED';

const NOT_PUBLIC: [what: string, hosts: string[]][] = [
  ['loopback', ['127.0.0.1', '127.255.255.254', 'localhost', 'LOCALHOST', '[::1]']],
  ['loopback in other notations', ['2130706433', '0x7f000001', '0177.0.0.1', '127.1', '0x7f.1', '127.0.0.1.']],
  ['loopback by characters that are folded', ['①②⑦.⓪.⓪.①', '１２７.0.0.1', '127。0。0。1']],
  ['any address', ['0.0.0.0', '0', '[::]']],
  ['private networks', ['10.0.0.1', '172.16.0.1', '172.31.255.254', '192.168.0.1', '[fd00::1]', '[fc00::1]']],
  ['carrier-grade NAT', ['100.64.0.1', '100.127.255.254']],
  ['link-local and metadata', ['169.254.169.254', '169.254.170.2', '[fe80::1]', '[fd00:ec2::254]', '2852039166']],
  ['the wire server of Azure', ['168.63.129.16', '[::ffff:168.63.129.16]']],
  ['IPv4 in IPv6 of old', ['[::127.0.0.1]', '[::7f00:1]', '[::a9fe:a9fe]', '[::ffff:0:0:127.0.0.1]']],
  ['IPv4 in IPv6', ['[::ffff:127.0.0.1]', '[::ffff:a9fe:a9fe]', '[::ffff:0:127.0.0.1]']],
  ['NAT64, 6to4 and Teredo', ['[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::]']],
  ['multicast and broadcast', ['224.0.0.1', '239.255.255.255', '255.255.255.255', '[ff02::1]']],
  ['reserved, benchmark and documentation', ['240.0.0.1', '198.18.0.1', '192.0.2.1', '192.0.0.1', '[2001:db8::1]']],
];
for (const [what, hosts] of NOT_PUBLIC) {
  attack(what, async () => {
    world.name('localhost', ['127.0.0.1', '::1']);
    const urls = hosts.map((host) => world.url(host));
    assert.deepEqual(
      await fetches(urls),
      urls.map(() => REFUSED),
      urls.join(' '),
    );
  });
}

attack('a name of the attacker that resolves to an address inside', async () => {
  for (const address of ['127.0.0.1', '169.254.169.254', '10.0.0.1', '::1', '::ffff:127.0.0.1', '168.63.129.16']) {
    world.name('evil.test', [address]);
    assert.deepEqual(await fetches([world.url('evil.test')], OUTSIDE), [REFUSED], address);
  }
});

attack('a name with an address outside and one inside', async () => {
  for (const addresses of [
    [OUTSIDE_ADDRESS, '127.0.0.1'],
    ['127.0.0.1', OUTSIDE_ADDRESS],
    [OUTSIDE_ADDRESS, '::1'],
  ]) {
    world.name('evil.test', addresses);
    assert.deepEqual(await fetches([world.url('evil.test')], OUTSIDE), [REFUSED]);
  }
  assert.deepEqual(world.outside, []);
});

attack('DNS rebinding: outside when it is first resolved, inside from then on', async () => {
  world.answer = (_, response) => response.setHeader('connection', 'close').end('outside');
  world.name('rebind.test', [OUTSIDE_ADDRESS], ['127.0.0.1']);
  const urls = Array.from({ length: 3 }, () => world.url('rebind.test'));
  assert.deepEqual(await fetches(urls, OUTSIDE), ['outside', REFUSED, REFUSED]);
});

attack('DNS rebinding between check and connection: a connection goes to the addresses that were checked', async () => {
  world.answer = (_, response) => response.setHeader('connection', 'close').end('outside');
  const alternating = Array.from({ length: 20 }, (_, i) => [i % 2 === 0 ? OUTSIDE_ADDRESS : '127.0.0.1']);
  world.name('rebind.test', ...alternating);
  const urls = alternating.map(() => world.url('rebind.test'));
  assert.deepEqual(
    await fetches(urls, OUTSIDE),
    alternating.map(([address]) => (address === OUTSIDE_ADDRESS ? 'outside' : REFUSED)),
  );
  assert.equal(world.resolved.length, alternating.length, 'each request is resolved once');
});

attack('DNS rebinding under a connection that is kept open', async () => {
  world.name('rebind.test', [OUTSIDE_ADDRESS], ['127.0.0.1']);
  const seen = await fetches([world.url('rebind.test'), world.url('rebind.test')], OUTSIDE);
  assert.equal(seen[0], 'outside');
  assert.ok(['outside', REFUSED].includes(seen[1] ?? ''), String(seen[1]));
});

const REDIRECTS: [what: string, location: () => string, said: string | RegExp][] = [
  ['loopback', () => world.url('127.0.0.1', '/admin'), REFUSED],
  ['the metadata service', () => 'http://169.254.169.254/latest/meta-data/', REFUSED],
  ['a name that resolves inside', () => world.url('inside.test'), REFUSED],
  ['loopback with credentials in front', () => `http://outside.test@127.0.0.1:${String(world.port)}/`, REFUSED],
  ['loopback without a scheme', () => `//127.0.0.1:${String(world.port)}/`, REFUSED],
  ['loopback with backslashes', () => `\\\\127.0.0.1:${String(world.port)}\\`, REFUSED],
  ['a file', () => 'file:///etc/passwd', /scheme/],
  ['gopher', () => `gopher://127.0.0.1:${String(world.port)}/_GET`, /scheme/],
  ['data', () => 'data:text/plain,forged', /scheme/],
  ['javascript', () => 'javascript:1', /scheme/],
];
for (const status of [301, 302, 303, 307, 308]) {
  attack(`a redirect ${String(status)} to places inside, for GET and POST`, async () => {
    world.name('outside.test', [OUTSIDE_ADDRESS]);
    world.name('inside.test', ['127.0.0.1']);
    for (const [what, location, said] of REDIRECTS) {
      world.answer = (_, response) => response.writeHead(status, { location: location() }).end();
      for (const init of [{}, { method: 'POST', body: 'x' }]) {
        const [seen = ''] = await fetches([world.url('outside.test')], OUTSIDE, init);
        assert.ok(typeof said === 'string' ? seen === said : said.test(seen), `${what}: ${seen}`);
      }
    }
  });
}

attack('a chain of redirects whose last leads inside', async () => {
  world.name('outside.test', [OUTSIDE_ADDRESS]);
  world.answer = ({ url }, response) => {
    const hop = Number(url?.slice(1) ?? 0);
    const location = hop < 5 ? world.url('outside.test', `/${String(hop + 1)}`) : world.url('127.0.0.1');
    response.writeHead(302, { location }).end();
  };
  assert.deepEqual(await fetches([world.url('outside.test', '/0')], OUTSIDE), [REFUSED]);
  assert.equal(world.outside.length, 6);
});

attack('an endless chain of redirects', async () => {
  world.name('outside.test', [OUTSIDE_ADDRESS]);
  world.answer = (_, response) => response.writeHead(302, { location: '/again' }).end();
  const [seen] = await fetches([world.url('outside.test')], OUTSIDE);
  assert.match(seen ?? '', /EGRESS_TOO_MANY_REQUESTS|redirect count exceeded/);
  assert.ok(world.outside.length <= 21, String(world.outside.length));
});

attack('a redirect that rebinds: the same name, resolved inside at the second request', async () => {
  world.name('rebind.test', [OUTSIDE_ADDRESS], ['127.0.0.1']);
  world.answer = (_, response) =>
    response.writeHead(302, { location: world.url('rebind.test', '/admin'), connection: 'close' }).end();
  assert.deepEqual(await fetches([world.url('rebind.test')], OUTSIDE), [REFUSED]);
});

attack('schemes that are not HTTP', async () => {
  const urls = ['file:///etc/passwd', 'ftp://127.0.0.1/', 'gopher://127.0.0.1/', 'unix:/tmp/x', 'ws://127.0.0.1/'];
  for (const seen of await fetches(urls)) assert.match(seen, /scheme|EGRESS_INVALID_REQUEST/);
});

const EXCHANGE = hook(`
  globalThis[Symbol.for('hookmint.exchange')](context.body.request).then(
    (response) => cb(null, { status: response.status }),
    (error) => cb(null, { refused: error.code ?? error.message }));`);

attack('the bridge below fetch, asked for tunnels, upgrades and sockets', async () => {
  world.name('outside.test', [OUTSIDE_ADDRESS]);
  const inside = world.url('127.0.0.1');
  for (const change of [
    { method: 'CONNECT', url: inside },
    { method: 'GET', url: inside, headers: [['connection', 'upgrade']] },
    { method: 'GET / HTTP/1.1\r\nX: y', url: world.url('outside.test') },
    {
      method: 'GET',
      url: world.url('outside.test'),
      socketPath: '/var/run/docker.sock',
      agent: false,
      host: '127.0.0.1',
    },
    { method: 'GET', url: { href: inside } },
    { method: 'GET', url: world.url('outside.test'), headers: [['x', 'a\r\nhost: 127.0.0.1']] },
  ]) {
    const request = { headers: [], verify_tls: true, ...change };
    const outcome = await world.run(EXCHANGE, { body: { request }, policy: OUTSIDE, limits: { wall_ms: 1_000 } });
    assert.ok(['ok', 'timed_out'].includes(outcome.status), JSON.stringify(outcome));
    assert.deepEqual(world.inside, [], JSON.stringify(change));
  }
  for (const { method, headers } of world.outside) {
    assert.deepEqual([method, headers.host], ['GET', `outside.test:${String(world.port)}`]);
  }
});

attack('port 0, which Node takes for the scheme’s own', async () => {
  world.name('outside.test', [OUTSIDE_ADDRESS]);
  assert.deepEqual(await fetches(['http://outside.test:0/', 'https://outside.test:0/'], OUTSIDE), [
    'EGRESS_INVALID_REQUEST',
    'EGRESS_INVALID_REQUEST',
  ]);
  world.answer = (_, response) => response.writeHead(302, { location: 'http://outside.test:0/' }).end();
  assert.deepEqual(await fetches([world.url('outside.test')], OUTSIDE), ['EGRESS_INVALID_REQUEST']);
});

const NAMED = hook(`
  const headers = Object.create(null);
  for (const name of context.body.names) headers[name] = 'mine';
  fetch(context.body.url, { headers }).then((r) => r.text()).then((text) => cb(null, { text }), cb);`);

attack('headers that are called like what objects inherit', async () => {
  world.name('outside.test', [OUTSIDE_ADDRESS]);
  const names = ['constructor', '__proto__', 'tostring', 'hasownproperty', 'valueof', '__definegetter__'];
  await world.result(NAMED, { body: { url: world.url('outside.test'), names }, policy: OUTSIDE });
  const [received] = world.outside;
  const raw = new Map(Object.entries(received?.headers ?? {}));
  for (const name of names) {
    if (name !== '__proto__') assert.equal(raw.get(name), 'mine', name);
  }
  assert.ok(received?.rawHeaders.includes('__proto__'), 'it is sent as it is');
  assert.doesNotMatch(JSON.stringify(received), /native code/);
});
