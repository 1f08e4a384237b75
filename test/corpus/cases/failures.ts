import { refusal } from '../../support/post-token.ts';
import {
  claim,
  NOT_AN_OBJECT,
  NOT_SERIALIZABLE,
  once,
  SCOPE,
  serverError,
  THREW,
  TIMED_OUT,
  token,
  type CorpusCase,
  type Expected,
} from '../corpus-case.ts';

const classes: [kind: string, expect: Expected][] = [
  ['scope', refusal(400, 'invalid_scope', 'The scope is not for you.')],
  ['request', refusal(400, 'invalid_request', 'subject is missing')],
  ['server', serverError('the database is down')],
  ['error', serverError('something else')],
  ['range', serverError('out of range')],
  ['string', serverError('just text')],
  ['object', serverError('not an Error')],
  ['named', refusal(400, 'invalid_scope', 'by its name')],
  ['details', refusal(400, 'invalid_request', 'with details')],
  [
    'none',
    token(
      claim(
        'errors',
        ['InvalidScopeError', 'InvalidRequestError', 'ServerError'].map((name) => [name, 'm', true, `${name}: m`]),
      ),
    ),
  ],
];

/** Errors, and mistakes (contract §1.2, §1.4). */
export const FAILURES: CorpusCase[] = [
  { hook: 'error-classes', exchanges: classes.map(([kind, expect]) => ({ send: { kind }, expect })) },
  once('throws', THREW),
  {
    hook: 'validates-with-throw',
    exchanges: [
      { send: { country: 'de' }, expect: token(claim('country', 'DE'), SCOPE) },
      { send: { country: 'xx' }, expect: refusal(400, 'invalid_request', 'xx is no country') },
      { expect: refusal(400, 'invalid_request', 'country must be two letters') },
    ],
  },
  once('throws-in-timer', THREW),
  once('storage-throws', THREW),
  { hook: 'redeclares-error-class', refused: 'hook_syntax_error', exchanges: [] },
  ...['exports-mistake', 'exports-replaced', 'post-login-action', 'misspelt-action'].map((hook) => ({
    hook,
    refused: 'hook_exports_nothing',
    exchanges: [],
  })),
  once('callback-twice', token(claim('call', 'first'))),
  once('never-calls-back', TIMED_OUT),
  once('circular-result', NOT_SERIALIZABLE),
  {
    hook: 'not-an-object',
    exchanges: [{ expect: NOT_AN_OBJECT }, { send: { text: 'yes' }, expect: NOT_AN_OBJECT }],
  },
  {
    hook: 'bigint',
    exchanges: [
      { expect: token(claim('serial', '158456325028528675187087900670'), SCOPE) },
      { send: { raw: 'yes' }, expect: NOT_SERIALIZABLE },
    ],
  },
  once('secret-in-error', refusal(400, 'invalid_request', 'refused by https://svc:[secret API_KEY]@internal/')),
  {
    hook: 'async-arrow-catch',
    exchanges: [
      { send: { user: 'ada' }, expect: token({}, SCOPE) },
      { send: { user: 'banned' }, expect: refusal(400, 'invalid_scope', 'banned may not have scopes') },
      { send: { user: 'unlucky' }, expect: serverError('cannot read the user') },
    ],
  },
  once('async-rejects', THREW),
  {
    hook: 'failure-policy',
    on_failure: 'issue_unmodified',
    exchanges: [
      { send: { fail: 'throw' }, expect: token({}, SCOPE) },
      { send: { fail: 'silent' }, expect: token({}, SCOPE) },
      { send: { fail: 'result' }, expect: token({}, SCOPE) },
      { send: { fail: 'deny' }, expect: refusal(400, 'invalid_scope', 'denied on purpose') },
      { send: { fail: 'error' }, expect: serverError('an answer too') },
      { expect: token(claim('worked', true)) },
    ],
  },
  {
    hook: 'failure-policy',
    exchanges: [
      { send: { fail: 'throw' }, expect: THREW },
      { send: { fail: 'silent' }, expect: TIMED_OUT },
    ],
  },
];
