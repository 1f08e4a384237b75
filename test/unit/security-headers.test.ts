import assert from 'node:assert/strict';
import { test } from 'node:test';
import { securityHeaders } from '../../shared/http/security-headers.ts';

const HSTS: [issuer: string, sent: boolean][] = [
  ['https://auth.example.com/', true],
  ['https://localhost.example.com/', true],
  ['http://auth.example.com/', false],
  ['https://localhost:8443/', false],
  ['https://127.0.0.1:8443/', false],
  ['https://[::1]:8443/', false],
];

for (const [issuer, sent] of HSTS) {
  test(`HSTS is ${sent ? 'sent' : 'not sent'} by ${issuer}`, () => {
    assert.equal(securityHeaders(issuer).strictTransportSecurity, sent);
  });
}
