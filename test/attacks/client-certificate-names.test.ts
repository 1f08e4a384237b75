import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import { Agent, request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createFindCertificate } from '../../services/gateway/client-certificate/find-certificate.ts';
import { alternativeNames } from '../../shared/alternative-names.ts';
import { canonicalName } from '../../shared/distinguished-name.ts';
import * as x509 from '../../shared/x509.ts';
import { newIdentity } from '../support/tls-client.ts';
import { attackClass } from './attack-class.ts';

// Names that somebody has an authority certify who wants to be taken for the client of another name: each is that of no other.

const VICTIM = 'good.example.com';
const KINDS = ['dns', 'uri', 'ip', 'email'] as const;
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';

/** DER: a value of less than 128 bytes under its tag. */
function tagged(tag: number, ...content: (Buffer | string)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => Buffer.from(part)));
  assert.ok(bytes.length < 128);
  return Buffer.concat([Buffer.from([tag, bytes.length]), bytes]);
}
const oid = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'));
const [UTF8, IA5] = [0x0c, 0x16];
const COMMON_NAME = oid('550403');
const otherName = (type: Buffer, tag: number, value: string): Buffer =>
  tagged(0xa0, type, tagged(0xa0, tagged(tag, value)));
const directoryName = (value: string): Buffer =>
  tagged(0xa4, tagged(0x30, tagged(0x31, tagged(0x30, COMMON_NAME, tagged(UTF8, value)))));

async function certified(extension: Buffer, subject?: x509.JsonName): Promise<X509Certificate> {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subject ?? [{ CN: ['x'] }],
    keys,
    signingAlgorithm,
    extensions: [new x509.Extension(SUBJECT_ALTERNATIVE_NAME, false, extension)],
  });
  return new X509Certificate(certificate.toString('pem'));
}

const names = attackClass('names in certificates');

const INJECTED = [
  `x, DNS:${VICTIM}`,
  `x", DNS:${VICTIM}`,
  `x\nDNS:${VICTIM}`,
  `x', DNS:${VICTIM}, URI:'y`,
  `x\\, DNS:${VICTIM}`,
];
const ALTERNATIVES: Record<string, (value: string) => Buffer> = {
  'an address of e-mail': (value) => tagged(0x81, value),
  'a name of DNS': (value) => tagged(0x82, value),
  'a URI': (value) => tagged(0x86, value),
  'a directory name': directoryName,
  'a user principal name': (value) => otherName(oid('2b060104018237140203'), UTF8, value),
  'an address of XMPP': (value) => otherName(oid('2b06010505070805'), UTF8, value),
  'an address of e-mail in letters': (value) => otherName(oid('2b06010505070809'), UTF8, value),
  'a service of DNS': (value) => otherName(oid('2b06010505070807'), IA5, value),
  'a realm': (value) => otherName(oid('2b06010505070808'), UTF8, value),
  'another name': (value) => otherName(oid('2a0304'), UTF8, value),
  'a party': (value) => tagged(0xa5, tagged(0xa1, tagged(UTF8, value))),
};
for (const [what, make] of Object.entries(ALTERNATIVES)) {
  names(`${what} that reads like another name beside it`, async () => {
    for (const value of INJECTED) {
      const { subjectAltName } = await certified(tagged(0x30, make(value)));
      for (const kind of KINDS) {
        assert.ok(!alternativeNames(subjectAltName, kind).includes(VICTIM), `${kind} of ${String(subjectAltName)}`);
      }
    }
  });
}

names('a name that ends early, is longer, stands for many, or only looks alike', async () => {
  for (const value of [
    ...[`${VICTIM}\0.evil.example`, `\0${VICTIM}`, `${VICTIM}.`, ` ${VICTIM}`, `*.example.com`, `.${VICTIM}`, ''],
    ...['gооd.example.com', 'good。example.com', `${VICTIM}\u200b`, 'xn--gd-7ka.example.com'],
  ]) {
    const { subjectAltName } = await certified(tagged(0x30, tagged(0x82, value)));
    for (const kind of KINDS)
      assert.ok(!alternativeNames(subjectAltName, kind).includes(VICTIM), JSON.stringify(value));
  }
  const { subjectAltName } = await certified(tagged(0x30, tagged(0x82, 'Good.Example.COM')));
  assert.deepEqual(alternativeNames(subjectAltName, 'dns'), [VICTIM], 'the letters of DNS have no case');
});

names('a subject whose one value reads like several, and parts in another order', async () => {
  const wanted = canonicalName('CN=billing,O=Acme');
  assert.ok(wanted !== undefined);
  const subjects: x509.JsonName[] = [
    [{ CN: ['billing,O=Acme'] }],
    [{ O: ['Acme\nCN=billing'] }],
    [{ O: ['Acme'] }, { CN: ['billing '] }],
    [{ O: ['Acme'] }, { CN: [' billing'] }],
    [{ O: ['Acme'] }, { CN: ['billing\0'] }],
    [{ O: ['Acme'] }, { CN: ['bılling'] }],
    [{ O: ['Acme'] }, { CN: ['Billing'] }],
    [{ CN: ['billing'] }, { O: ['Acme'] }],
    [{ O: ['Acme'], CN: ['billing'] }],
    [{ O: ['Acme'] }, { CN: ['evil'] }, { CN: ['billing'] }],
    [{ O: ['Acme'] }, { CN: ['billing'] }, { OU: ['x'] }],
  ];
  const none = tagged(0x30, tagged(0x82, 'x'));
  for (const subject of subjects) {
    const certificate = await certified(none, subject);
    assert.notEqual(canonicalName(certificate.subject), wanted, JSON.stringify(certificate.subject));
  }
  const own = await certified(none, [{ O: ['Acme'] }, { CN: ['billing'] }]);
  assert.equal(canonicalName(own.subject), wanted);
});

names('one connection of a proxy that has several clients: each request has its own certificate, or none', async () => {
  const settings = {
    header: 'client-cert',
    addresses: ['127.0.0.0/8'],
    secret: undefined,
    isChainVerified: true,
  } as const;
  const find = createFindCertificate(settings, { hasAuthorities: true });
  const sockets = new Set<unknown>();
  const server = createServer((asked, response) => {
    sockets.add(asked.socket);
    response.end(find(asked)?.thumbprint ?? 'none');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const thumbprintFor = async (cert?: string): Promise<string> => {
    const headers =
      cert === undefined ? {} : { 'client-cert': `:${new X509Certificate(cert).raw.toString('base64')}:` };
    const { port } = server.address() as AddressInfo;
    const [answer] = (await once(request({ port, host: '127.0.0.1', agent, headers }).end(), 'response')) as [
      IncomingMessage,
    ];
    return (await answer.toArray()).join('');
  };
  try {
    const [one, other] = [await newIdentity(), await newIdentity()];
    for (const [cert, thumbprint] of [
      [one.cert, one.thumbprint],
      [undefined, 'none'],
      [other.cert, other.thumbprint],
      [undefined, 'none'],
      [one.cert, one.thumbprint],
    ]) {
      assert.equal(await thumbprintFor(cert), thumbprint);
    }
    assert.equal(sockets.size, 1);
  } finally {
    agent.destroy();
    server.close();
  }
});
