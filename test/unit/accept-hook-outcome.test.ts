import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acceptHookOutcome } from '../../shared/hook-result/accept-hook-outcome.ts';
import { NOT_RUN, unavailable, type HookOutcome } from '../../shared/domain/hook-outcome.ts';

const answerTo = (outcome: HookOutcome) => {
  try {
    return { result: acceptHookOutcome(outcome) };
  } catch (error) {
    const { status, error: code, description, uri, headers } = error as Record<string, unknown>;
    return { status, code, description, uri, headers };
  }
};
const refused = (status: number, code: string, description: string, headers = {}) => ({
  status,
  code,
  description,
  uri: undefined,
  headers,
});

describe('a hook that ended well', () => {
  it('gives its result as it is', () => {
    assert.deepEqual(answerTo({ status: 'ok', result: '{"scope":["a"]}', ...NOT_RUN }), { result: '{"scope":["a"]}' });
  });

  it('gives nothing after cb()', () => {
    assert.deepEqual(answerTo({ status: 'ok', ...NOT_RUN }), { result: undefined });
  });
});

describe('a hook that called cb with an error', () => {
  for (const [name, status, code] of [
    ['InvalidScopeError', 400, 'invalid_scope'],
    ['InvalidRequestError', 400, 'invalid_request'],
    ['ServerError', 500, 'server_error'],
    ['Error', 500, 'server_error'],
    ['TypeError', 500, 'server_error'],
    ['ExtensibilityUserError', 500, 'server_error'],
    ['invalidscopeerror', 500, 'server_error'],
    ['', 500, 'server_error'],
    ['__proto__', 500, 'server_error'],
  ] as const) {
    it(`is answered ${String(status)} ${code} with its message when the error's name is ${JSON.stringify(name)}`, () => {
      assert.deepEqual(
        answerTo({ status: 'denied', error: { name, message: 'Not today.', stack: 'at hook.js:1' }, ...NOT_RUN }),
        refused(status, code, 'Not today.'),
      );
    });
  }
});

describe('a hook that failed is answered with what kind of failure it was and no detail', () => {
  const error = { name: 'Error', message: 'the secret detail', stack: 'at hook.js:1' };
  const cases: [string, HookOutcome, ReturnType<typeof refused>][] = [
    [
      'the CPU limit',
      { status: 'timed_out', limit: 'cpu', ...NOT_RUN },
      refused(500, 'server_error', 'Request to Webtask exceeded allowed execution time'),
    ],
    [
      'the wall limit',
      { status: 'timed_out', limit: 'wall', ...NOT_RUN },
      refused(500, 'server_error', 'Request to Webtask exceeded allowed execution time'),
    ],
    [
      'the memory limit',
      { status: 'out_of_memory', ...NOT_RUN },
      refused(500, 'server_error', 'The hook exceeded its memory limit'),
    ],
    [
      'a script that does not compile',
      { status: 'threw', during: 'compile', error, ...NOT_RUN },
      refused(500, 'server_error', 'Unable to compile the extensibility code as javascript'),
    ],
    [
      'a throw at the top of the script',
      { status: 'threw', during: 'load', error, ...NOT_RUN },
      refused(500, 'server_error', 'Script generated an unhandled synchronous exception.'),
    ],
    [
      'a throw in the hook, whatever its name',
      { status: 'threw', during: 'run', error: { ...error, name: 'InvalidScopeError' }, ...NOT_RUN },
      refused(500, 'server_error', 'Script generated an unhandled synchronous exception.'),
    ],
    [
      'a result that is no object',
      { status: 'bad_result', reason: 'not_an_object', ...NOT_RUN },
      refused(500, 'server_error', 'The result of the extension point is not an object'),
    ],
    [
      'a result that is not serialisable',
      { status: 'bad_result', reason: 'not_serializable', ...NOT_RUN },
      refused(500, 'server_error', 'Error when JSON serializing the result of the extension point'),
    ],
    [
      'a result that is too large',
      { status: 'bad_result', reason: 'too_large', ...NOT_RUN },
      refused(500, 'server_error', 'The result of the extension point is too large'),
    ],
    [
      'no executor',
      unavailable('bus_no_responders'),
      refused(503, 'temporarily_unavailable', 'The hook cannot be run at the moment', { 'Retry-After': '1' }),
    ],
  ];
  for (const [what, outcome, expected] of cases) {
    it(what, () => assert.deepEqual(answerTo(outcome), expected));
  }
});
