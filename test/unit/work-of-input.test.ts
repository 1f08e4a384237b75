import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { parseYaml } from '../../cli/parse-yaml.ts';
import { missingInHooks } from '../../cli/sync/missing-in-hooks.ts';
import { detectContract } from '../../hook-build/detect-contract.ts';
import { exportsNothing } from '../../hook-build/exports-nothing.ts';
import { inertDirective } from '../../hook-build/inert-directive.ts';
import { olderModules } from '../../hook-build/older-modules.ts';
import { redactInput } from '../../services/gateway/recording/redact-input.ts';
import { readProof } from '../../services/gateway/dpop/read-proof.ts';
import { readAssertion } from '../../services/gateway/steps/read-assertion.ts';
import { readCredentials } from '../../services/gateway/steps/authenticate-client.ts';
import { parseParameters } from '../../services/gateway/steps/parse-parameters.ts';
import { settleScopes } from '../../services/gateway/steps/settle-scopes.ts';
import { MAX_DPOP_PROOF_LENGTH } from '../../services/gateway/limits.ts';
import { CallError } from '../../services/hook-executor/sandbox/host-calls/call-error.ts';
import { parseCall } from '../../services/hook-executor/sandbox/host-calls/parse-call.ts';
import { MAX_CALL_LENGTH } from '../../services/hook-executor/sandbox/message-bounds.ts';
import { refuseUnbounded } from '../../services/management/api/bounds.ts';
import { editedGrant } from '../../services/management/resources/client-grants/edit.ts';
import { UpdateClientGrant } from '../../services/management/resources/client-grants/schema.ts';
import { UpdateResourceServer } from '../../services/management/resources/resource-servers/schema.ts';
import type { ClientGrant } from '../../shared/domain/client-grant.ts';
import type { ResourceServer } from '../../shared/domain/resource-server.ts';
import { MAX_HOOK_CODE_BYTES } from '../../shared/domain/hook.ts';
import type { Dropped } from '../../shared/domain/hook-finding.ts';
import { isReservedClaim } from '../../shared/domain/reserved-claims.ts';
import { createDifferenceGroups } from '../../shared/hook-result/difference-groups.ts';
import { differencesOfRuns, type JudgedRun } from '../../shared/hook-result/differences-of-runs.ts';
import { mergeHookResult } from '../../shared/hook-result/merge-hook-result.ts';
import { scopeChanges } from '../../shared/hook-result/scope-changes.ts';
import { withinScopes } from '../../shared/hook-result/within-scopes.ts';
import { peerOf } from '../../shared/http/peer.ts';
import { isNestedTooDeeply, MAX_NESTING } from '../../shared/nesting.ts';
import { OAuthError } from '../../shared/oauth-error.ts';
import { TokenSign } from '../../shared/subjects/token-sign.ts';

/** Of the event loop, for the largest input that passes a bound. */
const MAX_CPU_MS = 20;
/** Twice the input costs no more than so many times as much; a square costs four times. */
const MAX_GROWTH = 3.2;
/** Below this part of its bound, noise is more than what it grew by. */
const MIN_MEASURED_PART = 1 / 2;
const RUNS = 15;

/** Largest result of a hook, and largest body of a token request, bytes. */
const MAX_RESULT_BYTES = 262_144;
const MAX_BODY_BYTES = 32_768;
/** In the CLI, or in a process of its own: nobody else waits for it. */
const OF_CLI_MS = 300;
const OLDER = ['uuid', 'got', 'auth0', 'async'].map((text) => ({ text }));
/** Of Node's HTTP parser, for a whole head. */
const MAX_HEADER_BYTES = 16_384;

/** CPU time, milliseconds: the least of a few runs, as others are at work on the machine too. */
function cpuMsOf(work: () => unknown): number {
  let least = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    try {
      work();
    } catch (error) {
      // What is refused has been worked on all the same.
      if (!(error instanceof OAuthError || error instanceof CallError)) throw error;
    }
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** @param work Of an input of so many bytes, made beforehand. */
function isBounded(what: string, bytes: number, work: (bytes: number) => () => unknown, maxCpuMs = MAX_CPU_MS): void {
  it(`${what}: ${String(bytes)} bytes are less than ${String(maxCpuMs)} ms, and no square`, (t) => {
    const [half, whole] = [work(bytes / 2), work(bytes)];
    const [halfMs, wholeMs] = [cpuMsOf(half), cpuMsOf(whole)];
    t.diagnostic(`${halfMs.toFixed(2)} ms for half of it, ${wholeMs.toFixed(2)} ms for all`);
    assert(wholeMs < maxCpuMs, `${String(wholeMs)} ms`);
    const isNoise = wholeMs < maxCpuMs * MIN_MEASURED_PART;
    assert(isNoise || wholeMs / halfMs < MAX_GROWTH, `${String(halfMs)}, ${String(wholeMs)} ms`);
  });
}

/** So many texts that differ, and are so many bytes in JSON. */
function texts(bytes: number, prefix = '', commas = 3): string[] {
  const all: string[] = [];
  for (let left = bytes, n = 0; left > 0; n++) {
    const text = prefix + n.toString(36);
    left -= Buffer.byteLength(text) + commas;
    if (left > 0) all.push(text);
  }
  return all;
}

const claims = (names: readonly string[], value: unknown = 0): string =>
  JSON.stringify(Object.fromEntries(names.map((name) => [name, value])));
const merging = (result: string) => () => mergeHookResult(result, 'relaxed');
const parsing = (text: string) => () => parseYaml(text);
const judged = ({ scope = [], dropped = [] }: { scope?: string[]; dropped?: Dropped[] } = {}): JudgedRun => ({
  token: { scope, claims: {} },
  scope_changes: { removed: [], added: [] },
  dropped,
  answer: null,
  outcome: { status: 'ok' },
});
const namespacing = (result: string) => () => mergeHookResult(result, 'namespaced');

describe('a result of a hook', () => {
  isBounded('scopes', MAX_RESULT_BYTES, (bytes) =>
    merging(JSON.stringify({ scope: texts(bytes, 'read').slice(0, 15_000) })),
  );
  isBounded('scopes with spaces', MAX_RESULT_BYTES, (bytes) =>
    merging(JSON.stringify({ scope: [texts(bytes, '', 1).join(' ')] })),
  );
  isBounded('scopes that are none', MAX_RESULT_BYTES, (bytes) =>
    merging(JSON.stringify({ scope: texts(bytes, '"').slice(0, 15_000) })),
  );
  isBounded('more names than there may be', MAX_RESULT_BYTES, (bytes) => merging(claims(texts(bytes, '', 6))));
  // As many as there may be, and as long as they may be then.
  for (const [what, prefix] of [
    ['names', 'x'.repeat(96)],
    ['names that are URLs', `https://${'x'.repeat(88)}`],
    ['names that are no ASCII', 'ſ'.repeat(48)],
    ['names of characters that are not seen', '\u200b'.repeat(32)],
  ] as const) {
    const ofResult = (bytes: number): string => claims(texts(bytes, prefix, 6).slice(0, 2_499));
    isBounded(`${what}, kept`, MAX_RESULT_BYTES, (bytes) => merging(ofResult(bytes)));
    isBounded(`${what}, dropped`, MAX_RESULT_BYTES, (bytes) => namespacing(ofResult(bytes)));
  }
  isBounded('one name', MAX_RESULT_BYTES, (bytes) => merging(claims(['\ufdfa'.repeat(bytes / 3)])));
  isBounded('numbers with many digits', MAX_RESULT_BYTES, (bytes) =>
    merging(
      `{"a":[${Array<string>(Math.floor(bytes / 18))
        .fill('12345678901234567')
        .join()}]}`,
    ),
  );
  isBounded('one number with many digits', MAX_RESULT_BYTES, (bytes) => merging(`{"a":${'10'.repeat(bytes / 2)}}`));
  isBounded('halves of pairs', MAX_RESULT_BYTES, (bytes) =>
    merging(claims(['a'], Array<string>(Math.floor(bytes / 18)).fill('a'.repeat(9) + '\ud800'))),
  );
  isBounded('levels', MAX_RESULT_BYTES, (bytes) => merging(`{"a":${'['.repeat(bytes / 2)}${']'.repeat(bytes / 2)}}`));
  isBounded('what hooks did to scopes', MAX_RESULT_BYTES, (bytes) => {
    const [granted, scopes] = [texts(bytes), texts(bytes, '_')];
    return () => scopeChanges(granted, scopes);
  });

  isBounded('other scopes than the deployed revision gives', 100_000, (bytes) => {
    const [before, after] = [texts(bytes), texts(bytes, '_')].map((scope) => judged({ scope }));
    return () => differencesOfRuns(before ?? judged(), after ?? judged());
  });
  isBounded('other scopes that are none', 86_000, (bytes) => {
    const [before, after] = ['é', 'è'].map((scope) =>
      judged(mergeHookResult(JSON.stringify({ scope: [`${scope} `.repeat(bytes / 2)] }), 'relaxed')),
    );
    assert(before !== undefined && after !== undefined);
    assert.equal(after.dropped.length, bytes / 2);
    return () => differencesOfRuns(before, after);
  });
  isBounded('scopes of a token for somebody else', 100_000, (bytes) => {
    const [granted, scopes] = [texts(bytes, '_').slice(0, 1_000), texts(bytes)];
    return () => withinScopes({ scopes, customClaims: {}, dropped: [] }, granted);
  });
  isBounded('clients of groups of differences', 65_536, (bytes) => {
    const differences = Array.from({ length: 50 }, (_, n) => ({ kind: 'failed' as const, what: String(n) }));
    const groups = createDifferenceGroups();
    for (const client_id of texts(bytes, '', 1))
      groups.add({ id: 'x', date: 'x', client_id, audience: 'x' }, differences);
    return () => groups.told();
  });
  isBounded('differences, grouped', 100_000, (bytes) => {
    const scopes = texts(bytes).map((what) => ({ kind: 'scope_added' as const, what }));
    return () => {
      createDifferenceGroups().add({ id: 'x', date: 'x', client_id: 'x', audience: 'x' }, scopes);
    };
  });

  it('costs no more than 2 µs of CPU a scope, parsed and merged and compared', (t) => {
    const granted = Array.from({ length: 1_000 }, (_, n) => `read:scope-${String(n)}`);
    const result = JSON.stringify({ scope: granted });
    const microseconds = cpuMsOf(() => {
      for (let n = 0; n < 20; n++) scopeChanges(granted, mergeHookResult(result, 'namespaced').scopes);
    });
    t.diagnostic(`${(microseconds / 20).toFixed(3)} µs a scope`);
    assert(microseconds / 20 < 2, `${String(microseconds / 20)} µs`);
  });

  for (const levels of [MAX_NESTING + 1, 6_000, MAX_RESULT_BYTES / 2]) {
    it(`of ${String(levels)} levels is refused by name, and not by an overflow`, () => {
      const result = `{"https://foo.com/a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
      assert.throws(() => mergeHookResult(result, 'namespaced'), {
        status: 500,
        error: 'server_error',
        description: 'The result of the extension point is nested too deeply',
      });
    });
  }

  it('may have 1,000 levels', () => {
    const value = `${'['.repeat(MAX_NESTING - 1)}${']'.repeat(MAX_NESTING - 1)}`;
    const { customClaims } = mergeHookResult(`{"https://foo.com/a":${value}}`, 'namespaced');
    assert.equal(JSON.stringify(customClaims['https://foo.com/a']), value);
  });
});

describe('a token request', () => {
  const api = { scopes: [] } as unknown as ResourceServer;
  const grantOf = (scope: string[]): ClientGrant => ({ allow_all_scopes: false, scope }) as unknown as ClientGrant;

  isBounded('scopes that are asked for', MAX_BODY_BYTES, (bytes) => {
    const granted = texts(1_000 * 7, 'read:');
    const scope = texts(bytes, '', 1).join(' ');
    const body = { grant_type: 'client_credentials', scope };
    return () => settleScopes(parseParameters(body, true).scope, grantOf(granted), api);
  });
  isBounded('parameters', MAX_BODY_BYTES, (bytes) => {
    const body = JSON.parse(claims(['grant_type', ...texts(bytes, '', 6)])) as object;
    return () => parseParameters({ ...body, grant_type: 'client_credentials' });
  });
  isBounded('levels', MAX_BODY_BYTES, (bytes) => {
    const body: unknown = JSON.parse('['.repeat(bytes / 2) + ']'.repeat(bytes / 2));
    return () => isNestedTooDeeply(body);
  });
  isBounded('an assertion', MAX_BODY_BYTES, (bytes) => {
    const header = Buffer.from('{"alg":"RS256"}').toString('base64url');
    const payload = Buffer.from(`{"iss":"${'x'.repeat(bytes / 2)}"}`).toString('base64url');
    return () => readAssertion(`${header}.${payload}.x`, ['a']);
  });
  for (const part of ['../', '%2e%2e/', '%41', '%%%']) {
    isBounded(`a DPoP proof with an htu of ${part}`, MAX_DPOP_PROOF_LENGTH / 2, (bytes) => {
      const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const number = Buffer.alloc(32, 1).toString('base64url');
      const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x: number, y: number } };
      const htu = `https://a/${part.repeat(bytes / part.length)}`;
      const proof = `${base64url(header)}.${base64url({ jti: 'x', htm: 'POST', iat: 1, htu })}.AA`;
      assert.throws(() => readProof([proof], ['https://a/oauth/token'], undefined), /must have the htu/);
      return () => readProof([proof], ['https://a/oauth/token'], undefined);
    });
  }
  isBounded('dots for an assertion', MAX_BODY_BYTES, (bytes) => () => readAssertion('.'.repeat(bytes), ['a']));
  isBounded('Basic credentials', MAX_HEADER_BYTES, (bytes) => {
    const parameters = parseParameters({ grant_type: 'client_credentials' });
    const authorization = `Basic ${' '.repeat(bytes / 2)}${'Og'.repeat(bytes / 4)}`;
    return () => readCredentials(authorization, parameters, []);
  });
  isBounded('addresses', MAX_HEADER_BYTES, (bytes) => {
    const request = {
      socket: { remoteAddress: '127.0.0.1' },
      headers: { host: '['.repeat(bytes), 'x-forwarded-for': ', '.repeat(bytes / 2) },
    } as unknown as IncomingMessage;
    return () => peerOf(request, 1);
  });
});

describe('what a hook hands over to its host', () => {
  for (const [what, start, unit, end] of [
    ['empty lists', '[', '[],', '[]]'],
    ['empty objects', '[', '{},', '{}]'],
    ['numbers', '[', '1,', '1]'],
    ['lists in lists', '', '[', ''],
    ['characters that are escaped', '["', '\\u0041', '"]'],
  ] as const) {
    isBounded(what, MAX_CALL_LENGTH, (bytes) => {
      const text = start + unit.repeat((bytes - start.length - end.length) / unit.length) + end;
      return () => parseCall(text);
    });
  }
});

describe('the text of an author', () => {
  for (const part of [
    '\n',
    ' ',
    '\t\n',
    '//',
    '/*',
    '*',
    '\n*',
    "'use strict';",
    'exports.',
    'exports.a=1;',
    'export const ',
    'require(',
    'json ',
    'a',
  ]) {
    const name = JSON.stringify(part);
    const of = (work: (code: string) => unknown) => (bytes: number) => {
      const code = part.repeat(bytes / part.length);
      return () => work(code);
    };
    isBounded(
      `${name}, looked through for older modules`,
      MAX_HOOK_CODE_BYTES,
      of((code) => olderModules(code, OLDER, {})),
      OF_CLI_MS,
    );
    isBounded(
      `${name}, looked through for what is not here`,
      MAX_HOOK_CODE_BYTES,
      of((code) => missingInHooks(code, OLDER)),
      OF_CLI_MS,
    );
    isBounded(
      `${name}, looked through for exports`,
      MAX_HOOK_CODE_BYTES,
      of((code) => exportsNothing(code, 'hook', () => false)),
      OF_CLI_MS,
    );
    isBounded(
      `${name}, looked through for its contract`,
      MAX_HOOK_CODE_BYTES,
      of((code) => detectContract(code, () => false)),
      OF_CLI_MS,
    );
    isBounded(
      `${name}, looked through for directives`,
      MAX_HOOK_CODE_BYTES,
      of((code) => inertDirective(code)),
      OF_CLI_MS,
    );
  }
});

describe('a file of YAML', () => {
  const keys = (bytes: number): string => texts(bytes, 'k', 4).join(': 1\n') + ': 1\n';
  isBounded('many keys', 131_072, (bytes) => parsing(keys(bytes)), OF_CLI_MS);
  isBounded('a key again and again', 32_768, (bytes) => parsing('k: 1\n'.repeat(bytes / 5)), OF_CLI_MS / 2);
  isBounded('many documents', 32_768, (bytes) => parsing('--- 1\n'.repeat(bytes / 6)), OF_CLI_MS / 2);
  isBounded('levels', 32_768, (bytes) => parsing('['.repeat(bytes)), OF_CLI_MS / 2);
});

describe('what the signer signs', () => {
  const request = (values: object): unknown => ({
    signing_alg: 'RS256',
    token_dialect: 'access_token',
    token_lifetime_seconds: 60,
    iss: 'https://foo.com/',
    client_id: 'x',
    aud: 'x',
    custom_claims: {},
    ...values,
  });
  isBounded('claims', 102_400, (bytes) => {
    const names = texts(bytes, '', 6);
    const asked = request({ custom_claims: JSON.parse(claims(names)) as object });
    return () => Object.keys(TokenSign.parse(asked).custom_claims).some(isReservedClaim);
  });
  isBounded('permissions', 102_400, (bytes) => {
    const asked = request({ permissions: texts(bytes, '', 1) });
    return () => TokenSign.parse(asked);
  });
});

describe('a body of the Management API', () => {
  isBounded('levels', 1_310_720, (bytes) => {
    const body: unknown = JSON.parse('['.repeat(bytes / 2) + ']'.repeat(bytes / 2));
    return () => {
      assert.throws(() => refuseUnbounded(body));
    };
  });
  isBounded('scopes of a grant', 280_000, (bytes) => {
    const scope = texts(bytes, 'x'.repeat(276), 0).slice(0, 1_000);
    const grant = { scope, allow_all_scopes: false, audience: 'x' } as unknown as ClientGrant;
    const api = { scopes: scope.map((value) => ({ value })) } as unknown as ResourceServer;
    return () => editedGrant(grant, UpdateClientGrant.parse({ scope }), api);
  });
  isBounded('static claims', 8_192, (bytes) => {
    const names = texts(bytes, 'https://ü.example/', 6).slice(0, 50);
    const body = JSON.parse(`{"claims":${claims(names)}}`) as object;
    return () => UpdateResourceServer.safeParse(body);
  });
  isBounded('static claims over their bound', 1_310_720, (bytes) => {
    // As many values as a body may have.
    const body = JSON.parse(`{"claims":{"a":${claims(texts(bytes, 'ü'.repeat(65), 6))}}}`) as object;
    return () => UpdateResourceServer.safeParse(body);
  });
  isBounded('scopes of an API', 280_000, (bytes) => {
    const scopes = texts(bytes, 'x'.repeat(276), 0)
      .slice(0, 1_000)
      .map((value) => ({ value }));
    return () => UpdateResourceServer.parse({ scopes });
  });
});

describe('what is recorded of a request', () => {
  const recording = (body: Record<string, unknown>) => () =>
    redactInput(
      {
        client: { id: 'c', name: 'c', tenant: 'main', metadata: {} },
        scope: [],
        audience: 'a',
        custom_claims: {},
        body,
        token: { issuer: 'i', lifetime_seconds: 1 },
        request: { method: 'POST', requested_scopes: [] },
      },
      { redact_body: [], redact_metadata: [], redact_claims: [] },
      new Map(),
    );
  // A search that begins anew at each character of the text compares nearly all of the value there; 8 of 64 are just not too many.
  for (const [count, length] of [
    [63, 9],
    [63, 253],
    [8, 64],
    [8, 253],
  ] as const)
    isBounded(`${String(count)} values of ${String(length)} characters that nearly fit`, MAX_BODY_BYTES, (bytes) => {
      const token = Array.from({ length: count }, (_, n) => `a${String.fromCharCode(98 + n)}${'a'.repeat(length - 2)}`);
      return recording({ token, text: 'a'.repeat(bytes / 2) });
    });
  isBounded('names', MAX_BODY_BYTES, (bytes) =>
    recording(Object.fromEntries(texts(bytes, '_-', 6).map((name) => [name, 0]))),
  );
});
