import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redactInput, type RedactRules } from '../../services/gateway/recording/redact-input.ts';
import { REDACTED, RecordedInput } from '../../shared/domain/recorded-input.ts';

const input = (more: Partial<RecordedInput>): RecordedInput => ({
  client: { id: 'client', name: 'client', tenant: 'demo', metadata: {} },
  scope: [],
  audience: 'https://api.example.com/',
  custom_claims: {},
  body: {},
  token: { issuer: 'https://id.example.com/', lifetime_seconds: 3_600 },
  request: { method: 'POST', requested_scopes: [] },
  ...more,
});
const rules = (more: Partial<RedactRules>): RedactRules => ({
  redact_body: [],
  redact_metadata: [],
  redact_claims: [],
  ...more,
});
const redacted = (more: Partial<RecordedInput>, by: Partial<RedactRules> = {}, claims: [string, string][] = []) =>
  redactInput(input(more), rules(by), new Map(claims));

describe('what is recorded of an input', () => {
  it('is all of it without rules', () => {
    const whole = input({ body: { region: 'eu', list: [1, { a: null }] }, scope: ['a'] });
    assert.deepEqual(JSON.parse(JSON.stringify(redactInput(whole, rules({}), new Map()))), whole);
  });

  it('has no credential, however deep and in whichever case its name is', () => {
    const body = { Password: 'p', a: [{ ASSERTION: { x: 1 } }], api_key: ['k'], region: 'eu' };
    assert.deepEqual(redacted({ body })?.body, {
      Password: REDACTED,
      a: [{ ASSERTION: REDACTED }],
      api_key: REDACTED,
      region: 'eu',
    });
  });

  it('has no credential in metadata and claims, however its name is spelt', () => {
    const client = { id: 'c', name: 'n', tenant: 'demo', metadata: { 'X-API-Key': 'k', region: 'eu' } };
    const subject = { issuer: 'https://idp.example.com', subject: 's', claims: { accessToken: 'a', level: 1 } };
    const found = redacted({ client, subject, body: { clientSecret: 's', private_key: 'k' } });
    assert.deepEqual(found?.client.metadata, { 'X-API-Key': REDACTED, region: 'eu' });
    assert.deepEqual(found.subject?.claims, { accessToken: REDACTED, level: 1 });
    assert.deepEqual(found.body, { clientSecret: REDACTED, private_key: REDACTED });
  });

  it('has a hidden value in no name of a client, subject or browser', () => {
    const client = { id: 'c', name: 'hidden-value', tenant: 'demo', metadata: {} };
    const subject = { issuer: 'https://idp.example.com', subject: 'hidden-value', claims: {} };
    const request = { method: 'POST', user_agent: 'a hidden-value', requested_scopes: ['hidden-value'] };
    const found = redacted({ client, subject, request, body: { password: 'hidden-value' } });
    assert.deepEqual(
      [found?.client.name, found?.subject?.subject, found?.request],
      [REDACTED, REDACTED, { ...request, user_agent: `a ${REDACTED}`, requested_scopes: [REDACTED] }].map((one) =>
        typeof one === 'string' ? one : { ...one, hostname: undefined, language: undefined },
      ),
    );
  });

  it('stays one that can be read, whatever is hidden', () => {
    const words = ['requested_scopes', 'oauth2-token-exchange', 'hostname', 'custom_claims', 'client_assertion'];
    const found = redacted({ protocol: 'oauth2-token-exchange', body: { password: words } });
    assert.deepEqual(RecordedInput.parse(JSON.parse(JSON.stringify(found))), {
      ...input({ protocol: 'oauth2-token-exchange' }),
      body: { password: REDACTED },
    });
  });

  it('has nothing of a text from where a long hidden value begins', () => {
    const long = `${'begin'.repeat(13)}end`;
    const body = { assertion: long, text: `before ${long} after`, begin: long.slice(0, 60) };
    assert.deepEqual(redacted({ body })?.body, {
      assertion: REDACTED,
      text: `before ${REDACTED}`,
      begin: long.slice(0, 60),
    });
  });

  it('has a hidden value nowhere else, not as a number, as a name, or within a text', () => {
    const body = { tax: 123456789, same: 123456789, other: 12345678, text: 'is 123456789!', '123456789': 1 };
    assert.deepEqual(redacted({ body }, { redact_body: ['tax'] })?.body, {
      tax: REDACTED,
      same: REDACTED,
      other: 12345678,
      text: `is ${REDACTED}!`,
      [REDACTED]: 1,
    });
  });

  it('looks for short values under their names alone', () => {
    const body = { tax: 'eu', region: 'eu' };
    assert.deepEqual(redacted({ body }, { redact_body: ['tax'] })?.body, { tax: REDACTED, region: 'eu' });
  });

  it('keeps who asked for what, though a hidden value is the same', () => {
    const client = { id: 'a-client-id', name: 'n', tenant: 'demo', metadata: { copy: 'a-client-id' } };
    const found = redacted({ client, audience: 'a-client-id' }, { redact_metadata: ['copy'] });
    assert.deepEqual([found?.client.id, found?.audience], ['a-client-id', 'a-client-id']);
    assert.equal(found?.client.metadata.copy, REDACTED);
  });

  it('has no claim that is made of hidden metadata, however short', () => {
    const client = { id: 'c', name: 'n', tenant: 'demo', metadata: { level: '7' } };
    const found = redacted({ client, custom_claims: { level: '7', other: '7' } }, { redact_metadata: ['Level'] }, [
      ['level', 'level'],
      ['other', 'another'],
    ]);
    assert.deepEqual(found?.custom_claims, { level: REDACTED, other: '7' });
  });

  it('has no named claim of the tokens of others', () => {
    const one = { issuer: 'https://idp.example.com', subject: 's', claims: { email: 'a@example.com', level: 1 } };
    const found = redacted({ subject: one, actor: one, client_assertion: one }, { redact_claims: ['email'] });
    const without = { ...one, claims: { email: REDACTED, level: 1 } };
    assert.deepEqual([found?.subject, found?.actor, found?.client_assertion], [without, without, without]);
  });

  it('is nothing where too many values are to be looked for', () => {
    const tax = Array.from({ length: 65 }, (_, n) => `value-${String(n).padStart(4, '0')}`);
    assert.equal(redacted({ body: { tax } }, { redact_body: ['tax'] }), undefined);
    assert.notEqual(redacted({ body: { tax: tax.slice(1) } }, { redact_body: ['tax'] }), undefined);
  });

  it('takes names as names, whatever they are', () => {
    const body = JSON.parse('{"__proto__": {"password": "hidden-value"}, "constructor": "hidden-value"}') as Record<
      string,
      unknown
    >;
    assert.equal(
      JSON.stringify(redacted({ body })?.body),
      `{"__proto__":{"password":"${REDACTED}"},"constructor":"${REDACTED}"}`,
    );
  });
});
