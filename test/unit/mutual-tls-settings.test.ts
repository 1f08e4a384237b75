import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutualTlsOf } from '../../services/gateway/client-certificate/mutual-tls.ts';
import { readConfig } from '../../services/gateway/config.ts';

const KEY = Buffer.alloc(32).toString('base64url');
const OWN = {
  NATS_URL: 'nats://127.0.0.1:1',
  MONGODB_URL: 'mongodb://127.0.0.1/',
  HOOKMINT_ISSUER: 'https://auth.example.com/',
  HOOKMINT_CLIENT_SECRET_KEY: KEY,
  HOOKMINT_SIGN_REQUEST_KEY: KEY,
};
const TLS = { HOOKMINT_TLS_CERT_FILE: '/tls/cert.pem', HOOKMINT_TLS_KEY_FILE: '/tls/key.pem' };
const HEADER = { HOOKMINT_CLIENT_CERT_HEADER: 'client-cert' };
const PROXIES = { HOOKMINT_CLIENT_CERT_PROXIES: '10.0.0.0/8,fd00::1' };
const settings = (more: Record<string, string>) => mutualTlsOf(readConfig({ ...OWN, ...more }));

test('mutual TLS is on by a port of its own, or by a header of proxies that can be told from others', () => {
  assert.deepEqual([settings({}).isOn, settings(TLS).isOn, settings(TLS).port], [false, false, undefined]);
  const itself = settings({ ...TLS, HOOKMINT_MTLS_PORT: '8443', HOOKMINT_MTLS_CA_FILE: '/tls/ca.pem' });
  assert.deepEqual([itself.isOn, itself.port], [true, 8_443]);
  assert.deepEqual(itself.tls, {
    certFile: '/tls/cert.pem',
    keyFile: '/tls/key.pem',
    clients: { authoritiesFile: '/tls/ca.pem' },
  });
  assert.equal(settings({ ...HEADER, ...PROXIES }).isOn, true);
  assert.equal(settings({ ...HEADER, HOOKMINT_CLIENT_CERT_PROXY_SECRET: 's'.repeat(32) }).isOn, true);
});

test('a setting that would do nothing, or believe anybody, is refused', () => {
  for (const [more, message] of [
    [HEADER, /anybody could send the header/],
    [PROXIES, /need HOOKMINT_CLIENT_CERT_HEADER/],
    [{ HOOKMINT_CLIENT_CERT_PROXY_SECRET: 's'.repeat(32) }, /need HOOKMINT_CLIENT_CERT_HEADER/],
    [{ HOOKMINT_CLIENT_CERT_CHAIN: 'verified' }, /need HOOKMINT_CLIENT_CERT_HEADER/],
    [{ ...HEADER, HOOKMINT_CLIENT_CERT_PROXY_SECRET: 'short' }, /32 visible ASCII characters/],
    [{ ...HEADER, HOOKMINT_CLIENT_CERT_PROXIES: 'proxy.example.com' }, /HOOKMINT_CLIENT_CERT_PROXIES/],
    [{ ...PROXIES, HOOKMINT_CLIENT_CERT_HEADER: 'x-client-cert' }, /HOOKMINT_CLIENT_CERT_HEADER/],
    [{ HOOKMINT_MTLS_PORT: '8443' }, /needs HOOKMINT_TLS_CERT_FILE/],
    [{ ...TLS, HOOKMINT_MTLS_CA_FILE: '/tls/ca.pem' }, /needs HOOKMINT_MTLS_PORT/],
    [{ ...TLS, HOOKMINT_MTLS_URL: 'https://mtls.example.com/' }, /needs HOOKMINT_MTLS_PORT or/],
    [{ ...HEADER, ...PROXIES, HOOKMINT_MTLS_URL: 'http://mtls.example.com/' }, /HOOKMINT_MTLS_URL/],
    [{ ...HEADER, ...PROXIES, HOOKMINT_MTLS_URL: 'https://mtls.example.com' }, /must end with a slash/],
  ] as const) {
    assert.throws(() => settings(more), message, JSON.stringify(more));
  }
});
