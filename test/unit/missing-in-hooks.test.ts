import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missingInHooks } from '../../cli/sync/missing-in-hooks.ts';

/** What the plan says of code, by a word of it. */
const TOLD: [code: string, required: string[], told: RegExp][] = [
  ['const city = event.request.geoip.cityName;', [], /geoip, which is empty/],
  ['const proof = event.request.body.client_assertion;', [], /client_assertion, which is withheld/],
  ["const proof = context.body['client_assertion'];", [], /client_assertion, which is withheld/],
  ["api.idToken.setCustomClaim('a', 1);", [], /no ID token/],
  ["fetch('https://acme.eu.auth0.com/api/v2/users');", [], /a host of auth0\.com/],
  ["const net = require('net');", ['net'], /net has isIP and nothing else/],
  ["const tls = require('node:tls');", ['node:tls'], /it requires tls, of which hooks have nothing/],
];

const NOTHING: [code: string, required: string[]][] = [
  ['const claims = event.client_assertion.claims;', []],
  ['const { claims } = context?.client_assertion;', []],
  ["const crypto = require('crypto');", ['crypto']],
  ["const https = require('node:https');", ['node:https']],
  ["api.accessToken.setCustomClaim('a', 1);", []],
];

describe('what code needs and cannot have', () => {
  const of = (code: string, required: string[]): string[] =>
    missingInHooks(
      code,
      required.map((text) => ({ text })),
    );

  for (const [code, required, told] of TOLD) {
    it(`is told: ${code}`, () => {
      const [note = '', ...more] = of(code, required);
      assert.match(note, told);
      assert.deepEqual(more, []);
    });
  }

  for (const [code, required] of NOTHING) {
    it(`is nothing: ${code}`, () => assert.deepEqual(of(code, required), []));
  }
});
