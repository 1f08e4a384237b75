import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import express from 'express';
import fc from 'fast-check';
import { peerOf } from '../../shared/http/peer.ts';
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
  'who asks is the same that Express finds',
  1_000,
  fc.property(fc.integer({ min: 0, max: 3 }), headersOf, (trustedProxies, headers) => {
    const { ip, hostname, scheme } = peerOf(requestWith(headers), trustedProxies);
    assert.deepEqual({ ip, hostname, scheme }, byExpress(requestWith(headers), trustedProxies));
  }),
);
