import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HostedTenant } from '../../shared/domain/hosted-tenant.ts';
import { finderOf } from '../../shared/tenants/find-tenant.ts';

const tenant = (name: string, issuer: string): HostedTenant => ({
  name,
  handle: `${name}-0`,
  issuer,
  state: 'active',
  created_at_ms: 0,
});

const find = finderOf([
  tenant('acme', 'https://auth.example.com/t/acme/'),
  tenant('acme2', 'https://auth.example.com/t/acme2/'),
  tenant('globex', 'https://globex.example/'),
  tenant('deep', 'https://deep.example/a/b/'),
  tenant('address', 'http://[::1]:8080/'),
]);

describe('whose a request is', () => {
  for (const [host, path, name] of [
    ['auth.example.com', '/t/acme/oauth/token', 'acme'],
    ['auth.example.com', '/t/acme', 'acme'],
    ['auth.example.com', '/t/acme2/oauth/token', 'acme2'],
    ['auth.example.com', '/t/acme3/oauth/token', undefined],
    ['auth.example.com', '/t/', undefined],
    ['auth.example.com', '/oauth/token', undefined],
    ['auth.example.com', '/T/acme/oauth/token', undefined],
    ['auth.example.com', '//t/acme/oauth/token', undefined],
    ['auth.example.com', '/x/../t/acme/oauth/token', undefined],
    ['auth.example.com', '/t/%61cme/oauth/token', undefined],
    ['auth.example.com', '/.well-known/oauth-authorization-server/t/acme', 'acme'],
    ['auth.example.com', '/.well-known/openid-configuration/t/acme/', 'acme'],
    ['auth.example.com', '/.well-known/jwks.json', undefined],
    ['AUTH.Example.COM:443', '/t/acme/', 'acme'],
    ['auth.example.com.', '/t/acme/', 'acme'],
    ['globex.example', '/', 'globex'],
    ['globex.example:8443', '/.well-known/jwks.json', 'globex'],
    ['globex.example', '/t/acme/oauth/token', 'globex'],
    ['x@globex.example', '/', undefined],
    ['globex.example/zz', '/', undefined],
    ['globex.example?x', '/', undefined],
    ['sub.globex.example', '/', undefined],
    ['deep.example', '/a/b/c', 'deep'],
    ['deep.example', '/a', undefined],
    ['deep.example', '/a/bc', undefined],
    ['[::1]:9090', '/', 'address'],
    ['__proto__', '/', undefined],
    ['', '/', undefined],
    [undefined, '/', undefined],
  ] as const) {
    it(`${String(host)} ${path}: ${name ?? "the deployment's own"}`, () => {
      assert.equal(find(host, path)?.name, name);
    });
  }

  it('costs the same however many tenants there are', () => {
    const costOf = (count: number): number => {
      const all = Array.from({ length: count }, (_, n) => tenant('x', `https://auth.example.com/t/n${String(n)}/`));
      const findIn = finderOf(all);
      let least = Infinity;
      for (let round = 0; round < 20; round++) {
        const startedMs = performance.now();
        for (let n = 0; n < 1_000; n++) findIn('auth.example.com', '/oauth/token');
        least = Math.min(least, performance.now() - startedMs);
      }
      return least;
    };
    const [few, many] = [costOf(10), costOf(10_000)];
    assert.ok(many < few * 20 + 5, `${String(few)} ms, ${String(many)} ms`);
  });
});
