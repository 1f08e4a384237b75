import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openWebhook } from '../../services/hook-executor/webhooks/open-webhook.ts';
import { argumentsOf, SampleEvent } from '../../shared/domain/sample-event.ts';

const KIND = 'hydra-webhook';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const webhook = openWebhook({ kind: KIND, code: JSON.stringify({ url: 'https://hooks.example.com/' }) }, {});

function payloadOf(event: object): unknown {
  const { body = '' } = webhook.request(argumentsOf(SampleEvent.parse(event), KIND));
  return (JSON.parse(body) as { request: { payload: unknown } }).request.payload;
}

it("hydra-webhook passes on client credentials' assertion, as Hydra does, and never that of jwt-bearer", () => {
  const assertion = 'header.payload.signature';
  assert.deepEqual(payloadOf({ body: { grant_type: 'client_credentials', assertion } }), {
    grant_type: ['client_credentials'],
    assertion: [assertion],
  });
  const onBehalf = {
    protocol: 'oauth2-jwt-bearer',
    subject: { issuer: 'https://people.example.com/', subject: 'ada', claims: { sub: 'ada' } },
    body: { grant_type: JWT_BEARER, assertion },
  };
  assert.deepEqual(payloadOf(onBehalf), { grant_type: [JWT_BEARER] });
});
