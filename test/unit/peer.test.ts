import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import express from 'express';
import fc from 'fast-check';
import { peerOf } from '../../shared/http/peer.ts';
import { addressOf, networkOf } from '../../shared/http/address.ts';
import { vouchedAddress, vouchFor, VOUCHED_ADDRESS_HEADER } from '../../shared/http/vouched-address.ts';
import { holds } from './property.ts';

const REMOTE = '192.0.2.1';

function requestWith(headers: Record<string, string>): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: REMOTE });
  const request = new IncomingMessage(socket);
  Object.assign(request.headers, headers);
  return request;
}

/** What Express makes of the same request. */
function byExpress(request: IncomingMessage, trustedProxies: number) {
  const app = express();
  app.set('trust proxy', trustedProxies);
  const asked = Object.setPrototypeOf(request, app.request) as express.Request;
  const { ip, hostname, protocol } = Object.assign(asked, { app });
  return { ip, hostname: hostname as string | undefined, scheme: protocol };
}

describe('who asks', () => {
  it('is who is connected, while no proxy is trusted', () => {
    const forged = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    };
    assert.deepEqual(peerOf(requestWith({ host: 'auth.example:8080', ...forged }), 0), {
      ip: REMOTE,
      hostname: 'auth.example',
      scheme: 'http',
    });
  });

  it('is whom the proxies saw, and nobody that the client names beyond them', () => {
    const request = requestWith({ host: '[::1]:80', 'x-forwarded-for': 'forged, 203.0.113.9, 198.51.100.2' });
    assert.deepEqual(peerOf(request, 2), { ip: '203.0.113.9', hostname: '[::1]', scheme: 'http' });
  });
});

const word = fc.stringMatching(/^[\w.:[\]-]{0,12}$/);
const list = fc.array(word, { maxLength: 4 }).map((items) => items.join(', '));
const host = fc.constantFrom('a.example', 'a.example:8080', '[::1]', '[::1]:443', '127.0.0.1:1');
const headersOf = fc.record(
  {
    host,
    'x-forwarded-for': list,
    'x-forwarded-host': host,
    'x-forwarded-proto': fc.constantFrom('http', 'https', 'https, http'),
  },
  { requiredKeys: [] },
);

holds(
  'who asks is the same that Express finds, where it is an address',
  1_000,
  fc.property(fc.integer({ min: 0, max: 3 }), headersOf, (trustedProxies, headers) => {
    const { ip, hostname, scheme } = peerOf(requestWith(headers), trustedProxies);
    const express = byExpress(requestWith(headers), trustedProxies);
    assert.deepEqual({ ip, hostname, scheme }, { ...express, ip: addressOf(express.ip) ?? REMOTE });
  }),
);

describe('an address', () => {
  for (const [text, address, network] of [
    ['192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:80', '192.0.2.1', '192.0.2.1'],
    ['2001:DB8::1', '2001:db8::1', '2001:db8:0:0::/64'],
    ['[2001:db8::1]', '2001:db8::1', '2001:db8:0:0::/64'],
    ['[2001:db8::1]:443', '2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:ffff::1', '2001:db8:0:0:ffff::1', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0000:1:2:3:4', '2001:0db8:0000:0000:1:2:3:4', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::1', '2001:db8:0:1::1', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80::1', 'fe80:0:0:0::/64'],
    ['::1', '::1', '0:0:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7::', '1:2:3:4::/64'],
  ] as const) {
    it(`${text} is ${address} of ${network}`, () => {
      assert.equal(addressOf(text), address);
      assert.equal(networkOf(address), network);
    });
  }
  for (const text of [
    undefined,
    '',
    'unknown',
    '_hidden',
    '1.2.3',
    '1.2.3.4:x',
    '[::1',
    '::1]:80',
    '1.2.3.4, 5.6.7.8',
  ]) {
    it(`is not ${String(text)}`, () => assert.equal(addressOf(text), undefined));
  }
});

describe('an address that the gateway vouches for', () => {
  const KEY = Buffer.alloc(32, 7);
  const about = { method: 'PATCH', url: '/api/v2/clients/a' };
  const vouched = vouchFor('203.0.113.9', about, KEY, 1_000_000);
  const read = (header: string, request = about, key = KEY, nowMs = 1_000_000): string | undefined =>
    vouchedAddress({ ...request, headers: { [VOUCHED_ADDRESS_HEADER]: header } }, key, nowMs);

  it('is believed', () => assert.equal(read(vouched), '203.0.113.9'));
  it('is not that of another key', () => assert.equal(read(vouched, about, Buffer.alloc(32, 8)), undefined));
  it('is not that of another request', () => {
    assert.equal(read(vouched, { ...about, method: 'DELETE' }), undefined);
    assert.equal(read(vouched, { ...about, url: '/api/v2/clients/b' }), undefined);
  });
  it('is not that of another time', () => {
    assert.equal(read(vouched, about, KEY, 1_060_001), undefined);
    assert.equal(read(vouched, about, KEY, 939_999), undefined);
  });
  for (const forged of [
    '',
    '203.0.113.9',
    '1000000 203.0.113.9',
    '1000000 203.0.113.9 ',
    vouched.replace('.9', '.8'),
    vouched.slice(0, -3),
  ]) {
    it(`is not ${JSON.stringify(forged)}`, () => assert.equal(read(forged), undefined));
  }
});
