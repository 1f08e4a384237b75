import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { z } from 'zod';
import { readConfig as readExecutorConfig } from '../../services/hook-executor/config.ts';
import { readConfig as readGatewayConfig } from '../../services/gateway/config.ts';
import { readConfig as readSignerConfig } from '../../services/signer/config.ts';
import { integer, key256, readEnv, readSettings } from '../../shared/env.ts';

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

describe('settings from files', () => {
  const shape = { NAME: z.string(), SIGNING_KEY: key256, MONGODB_URL: z.string().optional() };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hookmint-settings-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): void => writeFileSync(join(folder, name), text);

  it('are read beside those from the environment, as Kubernetes and editors leave them', () => {
    mkdirSync(join(folder, '..2026_11_29'));
    writeFileSync(join(folder, '..2026_11_29', 'SIGNING_KEY'), `${KEY}\n`);
    symlinkSync('..2026_11_29', join(folder, '..data'));
    symlinkSync(join('..data', 'SIGNING_KEY'), join(folder, 'SIGNING_KEY'));
    const settings = readSettings(shape, { NAME: 'n', HOOKMINT_SECRETS_DIR: folder });
    assert.deepEqual(settings, { NAME: 'n', SIGNING_KEY: Buffer.alloc(32) });
  });

  it('are refused, by name, when they are set too, when they are no settings and when they are wrong', () => {
    file('SIGNING_KEY', KEY);
    file('SINGING_KEY', SECRET);
    assert.throws(
      () => readSettings(shape, { NAME: 'n', SIGNING_KEY: KEY, HOOKMINT_SECRETS_DIR: folder }),
      invalid(
        'The environment is not complete: SIGNING_KEY is both a variable and a file; the file SINGING_KEY is not a setting.',
      ),
    );
    rmSync(join(folder, 'SINGING_KEY'));
    file('SIGNING_KEY', SECRET);
    assert.throws(
      () => readSettings(shape, { NAME: 'n', HOOKMINT_SECRETS_DIR: folder }),
      (error: Error) => error.message.includes('SIGNING_KEY: must be 32') && !error.message.includes(SECRET),
    );
    assert.throws(() => readSettings(shape, { NAME: 'n', HOOKMINT_SECRETS_DIR: join(folder, 'none') }), {
      code: 'config_invalid',
    });
  });

  it('that are secrets are in the environment no more once they are read', () => {
    const env = { NAME: 'n', SIGNING_KEY: KEY, MONGODB_URL: `mongodb://u:${SECRET}@h/`, PATH: '/bin' };
    readSettings(shape, env);
    assert.deepEqual(env, { NAME: 'n', PATH: '/bin' });
  });
});

describe('a value that is refused is never shown', () => {
  const bus = { NATS_URL: 'nats://127.0.0.1:1' };
  const gateway = {
    ...bus,
    MONGODB_URL: 'mongodb://127.0.0.1/',
    HOOKMINT_ISSUER: 'https://auth.example.com/',
    HOOKMINT_CLIENT_SECRET_KEY: KEY,
    HOOKMINT_SIGN_REQUEST_KEY: KEY,
  };
  const signer = {
    ...bus,
    MONGODB_URL: 'mongodb://x/',
    HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY: KEY,
    HOOKMINT_SIGN_REQUEST_KEY: KEY,
    HOOKMINT_KEYS_REQUEST_KEY: KEY,
  };
  const cases: [string, () => unknown][] = [
    ['NATS_NKEY_SEED', () => readExecutorConfig({ ...bus, NATS_NKEY_SEED: SECRET })],
    ['HOOKMINT_CLIENT_SECRET_KEY', () => readGatewayConfig({ ...gateway, HOOKMINT_CLIENT_SECRET_KEY: SECRET })],
    ['HOOKMINT_ISSUER', () => readGatewayConfig({ ...gateway, HOOKMINT_ISSUER: SECRET })],
    ['HOOKMINT_ISSUER', () => readGatewayConfig({ ...gateway, HOOKMINT_ISSUER: `https://${SECRET}.example.com` })],
    ['HOOKMINT_HTTP_PORT', () => readGatewayConfig({ ...gateway, HOOKMINT_HTTP_PORT: SECRET })],
    ['HOOKMINT_SIGN_REQUEST_KEY', () => readGatewayConfig({ ...gateway, HOOKMINT_SIGN_REQUEST_KEY: SECRET })],
    ...['HOOKMINT_SIGNING_KEY_ENCRYPTION_KEY', 'HOOKMINT_SIGN_REQUEST_KEY', 'HOOKMINT_KEYS_REQUEST_KEY'].map(
      (name): [string, () => unknown] => [name, () => readSignerConfig({ ...signer, [name]: SECRET })],
    ),
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
      HOOKMINT_JWKS_ALLOWED_ADDRESSES: [],
      HOOKMINT_CLIENT_SECRET_KEY: Buffer.alloc(32),
      HOOKMINT_SIGN_REQUEST_KEY: Buffer.alloc(32),
      HOOKMINT_TRUSTED_PROXIES: 0,
      HOOKMINT_MAX_REQUESTS_IN_FLIGHT: 2_048,
      HOOKMINT_FAILED_AUTHENTICATIONS_PER_MINUTE: 300,
      HOOKMINT_RATE_LIMIT_MODE: 'observe',
      HOOKMINT_DPOP_NONCE: 'off',
      HOOKMINT_CLIENT_CERT_CHAIN: 'unverified',
      HOOKMINT_CONSOLE: 'off',
    });
  });
});
