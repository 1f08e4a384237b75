import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { z } from 'zod';
import { readConfig as readExecutorConfig } from '../../services/hook-executor/config.ts';
import { readConfig as readGatewayConfig } from '../../services/gateway/config.ts';
import { readConfig as readSignerConfig } from '../../services/signer/config.ts';
import { integer, key256, readEnv } from '../../shared/env.ts';

const SECRET = 'Tr0ub4dor-and-3';
const KEY = 'A'.repeat(43);
const invalid = (message: string) => ({ name: 'HookmintError', code: 'config_invalid', message });

describe('settings from the environment', () => {
  const shape = { NAME: z.string(), COUNT: integer.min(1).default(7), KEY: key256.optional() };

  it('are parsed, given their defaults, and frozen', () => {
    const settings = readEnv(shape, { NAME: 'n', OTHER: 'ignored' });
    assert.deepEqual(settings, { NAME: 'n', COUNT: 7 });
    assert.equal(Object.isFrozen(settings), true);
  });

  it('are parsed to what they are', () => {
    assert.deepEqual(readEnv(shape, { NAME: 'n', COUNT: '12', KEY }), { NAME: 'n', COUNT: 12, KEY: Buffer.alloc(32) });
  });

  it('that are empty are not set', () => {
    assert.throws(
      () => readEnv(shape, { NAME: '', COUNT: '' }),
      invalid('The environment is not complete: NAME is not set.'),
    );
  });

  it('are all named at once when they are wrong', () => {
    assert.throws(
      () => readEnv({ A: z.string(), B: z.string(), C: z.string().default('c') }, {}),
      invalid('The environment is not complete: A is not set; B is not set.'),
    );
  });

  for (const value of ['0', '1.5', 'x', '-1', '1e9999', '0x', ' ']) {
    it(`are refused by name when a number is ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => readEnv(shape, { NAME: 'n', COUNT: value }),
        (error: { code?: string; message: string }) =>
          error.code === 'config_invalid' && /^The environment is not complete: COUNT: .+\.$/.test(error.message),
      );
    });
  }
});

describe('a value that is refused is never shown', () => {
  const bus = { NATS_URL: 'nats://127.0.0.1:1' };
  const gateway = {
    ...bus,
    MONGODB_URL: 'mongodb://127.0.0.1/',
    HOOKMINT_ISSUER: 'https://auth.example.com/',
    HOOKMINT_CLIENT_SECRET_KEY: KEY,
  };
  const cases: [string, () => unknown][] = [
    ['NATS_NKEY_SEED', () => readExecutorConfig({ ...bus, NATS_NKEY_SEED: SECRET })],
    ['HOOKMINT_CLIENT_SECRET_KEY', () => readGatewayConfig({ ...gateway, HOOKMINT_CLIENT_SECRET_KEY: SECRET })],
    ['HOOKMINT_ISSUER', () => readGatewayConfig({ ...gateway, HOOKMINT_ISSUER: SECRET })],
    ['HOOKMINT_ISSUER', () => readGatewayConfig({ ...gateway, HOOKMINT_ISSUER: `https://${SECRET}.example.com` })],
    ['HOOKMINT_HTTP_PORT', () => readGatewayConfig({ ...gateway, HOOKMINT_HTTP_PORT: SECRET })],
    [
      'HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY',
      () => readSignerConfig({ ...bus, MONGODB_URL: 'mongodb://x/', HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY: SECRET }),
    ],
  ];
  for (const [name, read] of cases) {
    it(`the error for ${name} names it alone`, () => {
      assert.throws(read, (error: { code?: string; message: string }) => {
        assert.equal(error.code, 'config_invalid');
        assert.match(error.message, new RegExp(`^The environment is not complete: ${name}: .+\\.$`));
        assert.doesNotMatch(inspect(error), new RegExp(SECRET, 'i'));
        return true;
      });
    });
  }

  it('and good settings are read whole', () => {
    assert.deepEqual(readGatewayConfig(gateway), {
      NATS_URL: 'nats://127.0.0.1:1',
      MONGODB_URL: 'mongodb://127.0.0.1/',
      HOOKMINT_TENANT: 'demo',
      HOOKMINT_ISSUER: 'https://auth.example.com/',
      HOOKMINT_HTTP_HOST: '0.0.0.0',
      HOOKMINT_HTTP_PORT: 8080,
      HOOKMINT_HTTP_DRAIN_MS: 1_000,
      HOOKMINT_MAX_CONNECTIONS: 10_240,
      HOOKMINT_MAX_CONNECTIONS_PER_ADDRESS: 2_048,
      HOOKMINT_CLIENT_SECRET_KEY: Buffer.alloc(32),
      HOOKMINT_TRUSTED_PROXIES: 0,
      HOOKMINT_MAX_REQUESTS_IN_FLIGHT: 2_048,
      HOOKMINT_FAILED_AUTHENTICATIONS_PER_MINUTE: 300,
      HOOKMINT_RATE_LIMIT_MODE: 'observe',
    });
  });
});
