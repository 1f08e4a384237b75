import type { Note } from '../../../shared/domain/hook-outcome.ts';
import { isNumber, isObject, isText } from './answer-json.ts';
import type { Decision } from './webhook.ts';

/** What is in the request's `accessToken.claims`; it cannot be added again, nor changed here. */
const REQUESTS_CLAIMS = ['iss', 'client_id', 'aut', 'expires_in', 'aud', 'sub'];
/** What WSO2 lets an action change, and hookmint has not. */
const CHANGEABLE = ['expires_in', 'aud'];
// RFC 6749 §3.3: scope-token.
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;
const SCOPES = '/accessToken/scopes/';
const CLAIMS = '/accessToken/claims/';

/**
 * Applies what an answer asks for. Indices are of the request's lists, whatever the operations before did; an operation that is not allowed is
 * left out and reported, the others are done.
 */
export function appliedOperations(operations: readonly unknown[], granted: readonly string[]): Decision {
  const notes: Note[] = [];
  const claims = new Map<string, unknown>();
  /** At each place of the request's list what is there now. */
  const places = new Map<number, string | undefined>(granted.entries());
  const added: string[] = [];
  const has = (scope: string): boolean => added.includes(scope) || [...places.values()].includes(scope);

  function onScope(op: unknown, place: string, value: unknown): void {
    const index = indexIn(place, granted.length);
    if (op === 'remove' && index !== undefined) {
      places.set(index, undefined);
      return;
    }
    const isPlace = index !== undefined || (op === 'add' && place === '-');
    const isAllowed = isPlace && isText(value) && SCOPE_TOKEN.test(value) && !granted.includes(value) && !has(value);
    if (!isAllowed || (op !== 'add' && op !== 'replace')) notes.push(['scope', shown(value ?? place), 'contract']);
    else if (op === 'replace' && index !== undefined) places.set(index, value);
    else added.push(value);
  }

  function onClaim(op: unknown, place: string, value: unknown): void {
    const isPlace = place === '-' || indexIn(place, REQUESTS_CLAIMS.length) !== undefined;
    if (op !== 'add' || !isPlace) {
      const [name = place] = place.split('/');
      notes.push(['claim', shown(name), CHANGEABLE.includes(name) ? 'not_supported' : 'contract']);
      return;
    }
    const { name, value: of } = isObject(value) ? value : { name: undefined, value: undefined };
    const isNew =
      isText(name) && name !== '' && name !== 'scope' && !REQUESTS_CLAIMS.includes(name) && !claims.has(name);
    if (isNew && isFlat(of)) claims.set(name, of);
    else notes.push(['claim', shown(name), 'contract']);
  }

  for (const operation of operations) {
    const { op, path, value } = isObject(operation) ? operation : { op: undefined, path: undefined, value: undefined };
    if (!isText(path)) notes.push(['claim', 'an operation without a path', 'contract']);
    else if (path.startsWith(SCOPES)) onScope(op, path.slice(SCOPES.length), value);
    else if (path.startsWith(CLAIMS)) onClaim(op, path.slice(CLAIMS.length), value);
    else notes.push(['claim', path, path.startsWith('/response/') ? 'not_supported' : 'contract']);
  }
  const kept = [...places.values()].filter((scope) => scope !== undefined);
  return { scope: [...kept, ...added], claims: Object.fromEntries(claims), notes };
}

function indexIn(place: string, length: number): number | undefined {
  return /^(?:0|[1-9]\d{0,4})$/.test(place) && Number(place) < length ? Number(place) : undefined;
}

const isFlat = (value: unknown): boolean =>
  isText(value) || isNumber(value) || typeof value === 'boolean' || (Array.isArray(value) && value.every(isText));

const shown = (value: unknown): string => (isText(value) && value !== '' ? value : 'no name');
