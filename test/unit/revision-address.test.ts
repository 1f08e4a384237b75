import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { DEFAULT_EGRESS_POLICY } from '../../shared/domain/egress.ts';
import {
  DEFAULT_HOOK_LIMITS,
  HookRevisionContent,
  revisionAddress,
  type HookRevisionInput,
} from '../../shared/domain/hook.ts';

const content: HookRevisionContent = {
  hook_id: 'hook',
  kind: 'hook',
  code: 'module.exports = () => {}',
  dependencies: { lodash: '4.17.21', uuid: '9.0.0' },
  build: { script: 'script', source_map: 'map', modules: [{ name: 'lodash', version: '4.17.21', integrity: 'x' }] },
  secrets: null,
  egress: DEFAULT_EGRESS_POLICY,
  on_failure: 'deny',
  limits: DEFAULT_HOOK_LIMITS,
};

/** The same value with the members of every object in the opposite order. */
function reversed<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed) as T;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member as unknown)]),
  ) as T;
}

describe('the address of a hook revision', () => {
  it('is a SHA-256, base64url', () => {
    const address = revisionAddress(content);
    assert.match(address, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(Buffer.from(address, 'base64url').length, createHash('sha256').digest().length);
  });

  it('is the same whatever the order of the keys, at any depth', () => {
    assert.notEqual(JSON.stringify(reversed(content)), JSON.stringify(content));
    assert.equal(revisionAddress(reversed(content)), revisionAddress(content));
  });

  it('is the same whether a default is left out or written out', () => {
    const short: HookRevisionInput = { hook_id: 'hook', code: 'code', limits: DEFAULT_HOOK_LIMITS };
    assert.equal(revisionAddress(short), revisionAddress(HookRevisionContent.parse(short)));
  });

  it('does not depend on itself', () => {
    assert.equal(revisionAddress({ ...content, revision: 'address' } as HookRevisionInput), revisionAddress(content));
  });

  it('is another for every other content', () => {
    const others: HookRevisionContent[] = [
      content,
      { ...content, hook_id: 'hook2' },
      { ...content, kind: 'action' },
      { ...content, code: `${content.code} ` },
      { ...content, hook_id: content.code, code: content.hook_id },
      { ...content, dependencies: { lodash: '4.17.21' } },
      { ...content, dependencies: { lodash: '4.17.21', uuid: '9.0.1' } },
      { ...content, build: null },
      { ...content, build: { script: 'script2', source_map: 'map', modules: [] } },
      { ...content, secrets: 'jwe' },
      { ...content, on_failure: 'issue_unmodified' },
      { ...content, isolation: 'process' },
      ...Object.entries(content.limits).map(([name, value]) => ({
        ...content,
        limits: { ...content.limits, [name]: value - 1 },
      })),
    ];
    assert.equal(new Set(others.map(revisionAddress)).size, others.length);
    assert.equal(others.length, 12 + Object.keys(DEFAULT_HOOK_LIMITS).length);
  });
});
