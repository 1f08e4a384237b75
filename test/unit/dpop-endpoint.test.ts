import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { isEndpoint } from '../../services/gateway/dpop/is-endpoint.ts';

const ENDPOINT = 'https://auth.example.com/tenants/a/oauth/token';

it('a URI is the endpoint by RFC 3986 §6.2.2 and §6.2.3', () => {
  for (const same of [
    ENDPOINT,
    'HTTPS://AUTH.EXAMPLE.com/tenants/a/oauth/token',
    'https://auth.example.com:443/tenants/a/oauth/token',
    'https://auth.example.com/tenants/a/b/../oauth/./token',
    'https://auth.example.com/tenants/a/%6Fauth/%74oken',
    `${ENDPOINT}?a=b`,
    `${ENDPOINT}#a`,
    `${ENDPOINT}?a#b`,
  ]) {
    assert.equal(isEndpoint(same, ENDPOINT), true, same);
  }
  for (const other of [
    'http://auth.example.com/tenants/a/oauth/token',
    'https://auth.example.com:8443/tenants/a/oauth/token',
    'https://auth.example.com/oauth/token',
    'https://auth.example.com/tenants/A/oauth/token',
    'https://auth.example.com/tenants%2Fa/oauth/token',
    'https://auth.example.com/tenants/a/oauth/token/',
    'https://u@auth.example.com/tenants/a/oauth/token',
    '',
    'https://',
    'https://[/',
    'https://auth.example.com./tenants/a/oauth/token',
    'https://auth%2Eexample.com/tenants/a/oauth/token',
  ]) {
    assert.equal(isEndpoint(other, ENDPOINT), false, other);
  }
});

it('a host is the same only as it is written', () => {
  const local = 'http://127.0.0.1:8080/oauth/token';
  assert.equal(isEndpoint(local, local), true);
  for (const host of ['127.0.0.1.', '0x7f.1', '127.1', '2130706433', '127.0.0.01', '[::ffff:7f00:1]', 'localhost']) {
    assert.equal(isEndpoint(`http://${host}:8080/oauth/token`, local), false, host);
  }
  assert.equal(isEndpoint('http://[::1]:8080/oauth/token', 'http://[::1]:8080/oauth/token'), true);
});

it('whatever is sent is answered without an error, and what is added to the path is another place', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !isEndpoint(text, ENDPOINT)));
  fc.assert(fc.property(fc.webUrl({ withQueryParameters: true }), (uri) => !isEndpoint(uri, ENDPOINT)));
  const segment = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  fc.assert(fc.property(segment, (added) => !isEndpoint(`${ENDPOINT}/${added}`, ENDPOINT)));
  fc.assert(fc.property(segment, (added) => isEndpoint(`${ENDPOINT}?${added}=%41`, ENDPOINT)));
});
