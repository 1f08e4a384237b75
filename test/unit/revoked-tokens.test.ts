import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnsecuredJWT } from 'jose';
import { refuseRevoked } from '../../services/gateway/steps/refuse-revoked.ts';
import { isRevokedWithOthers } from '../../shared/domain/revoked-tokens.ts';
import { OAuthError } from '../../shared/oauth-error.ts';
import { tokenKeyOf } from '../../shared/token-key.ts';

describe('what a token is known by', () => {
  it('is its jti, or the digest of what was signed', () => {
    assert.equal(tokenKeyOf('a.b.c', { jti: 'x' }), 'jti:x');
    const key = tokenKeyOf('a.b.c', {});
    assert.match(key, /^sha256:[\w-]{43}$/);
    assert.equal(tokenKeyOf('a.b.other', {}), key);
    for (const other of ['a.c.c', 'b.b.c', 'a.bc', 'ab.c']) assert.notEqual(tokenKeyOf(other, {}), key, other);
    assert.notEqual(tokenKeyOf('a.b.c', { jti: key }), key, 'no jti is taken for a digest');
  });
});

describe('tokens that are revoked together', () => {
  it('are those whose second began until then', () => {
    const at = (tokens_revoked_until_ms: number | null) => isRevokedWithOthers({ tokens_revoked_until_ms }, 100);
    assert.deepEqual([at(null), at(99_999), at(100_000), at(200_000)], [false, false, true, true]);
  });

  it('are not handed out: who asks is told when to ask again', () => {
    const now = Math.floor(Date.now() / 1_000);
    const token = new UnsecuredJWT({}).setIssuedAt(now).encode();
    const until = (seconds: number | null) => ({
      tokens_revoked_until_ms: seconds === null ? null : (now + seconds) * 1_000 + 400,
    });
    refuseRevoked(token, [until(null), until(-1)]);
    for (const [seconds, wait] of [
      [0, '1'],
      [5, '6'],
    ] as const) {
      for (const holders of [
        [until(seconds), until(null)],
        [until(null), until(seconds)],
      ]) {
        assert.throws(
          () => refuseRevoked(token, holders),
          (error) =>
            error instanceof OAuthError &&
            error.status === 503 &&
            error.error === 'temporarily_unavailable' &&
            error.headers['Retry-After'] === wait,
        );
      }
    }
    // Long past: nothing of the token is looked at.
    refuseRevoked('no token', [until(-3_600)]);
  });
});
