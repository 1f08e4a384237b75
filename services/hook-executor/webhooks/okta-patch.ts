import type { Note } from '../../../shared/domain/hook-outcome.ts';
import { areTexts, isObject, isText } from './answer-json.ts';
import { WebhookError, type Decision } from './webhook.ts';

const LIFETIME = 'token/lifetime/expiration';
/** What hooks of Okta may replace, and hookmint says itself. */
const REPLACEABLE = ['aud', 'sub'];
/** Claims that the event has and that no hook of Okta changes. */
const OKTAS_OWN = ['iss', 'ver', 'cid'];

/** Each may move all of a list. */
const MAX_OPERATIONS = 1_000;

type Members = Record<string, unknown>;

/**
 * Applies a JSON patch to the claims: all of it, or none.
 *
 * @param claims As the event had them; `scp` are the scopes.
 * @throws {WebhookError} for an operation that cannot be done.
 */
export function patched(operations: readonly unknown[], claims: Members): Decision {
  if (operations.length > MAX_OPERATIONS) throw new WebhookError('the answer has too many operations');
  const notes: Note[] = [];
  // Names of the answer's are keys of it.
  const now = withoutPrototype(structuredClone(claims));
  for (const [at, operation] of operations.entries()) {
    const { op, path, value } = isObject(operation) ? operation : {};
    const impossible = new WebhookError(`operation ${String(at)} of the answer cannot be done`);
    if (!isText(op) || !['add', 'replace', 'remove'].includes(op) || !isText(path)) throw impossible;
    const [root, name, ...rest] = segmentsOf(path);
    if (root === 'token' && path === `/${LIFETIME}`) {
      notes.push(['claim', LIFETIME, 'not_supported']);
      continue;
    }
    if (root !== 'claims' || name === undefined || name === '') throw impossible;
    if (OKTAS_OWN.includes(name) || REPLACEABLE.includes(name)) {
      notes.push(['claim', name, REPLACEABLE.includes(name) ? 'not_supported' : 'contract']);
      continue;
    }
    if (!applied(op, now, [name, ...rest], value)) throw impossible;
  }
  const { scp, ...others } = now;
  if (scp !== undefined && !areTexts(scp)) throw new WebhookError("the answer's scp must be a list of texts");
  const own = Object.entries(others).filter(([name]) => !OKTAS_OWN.includes(name) && !REPLACEABLE.includes(name));
  return { scope: scp ?? [], claims: Object.fromEntries(own), notes };
}

/** RFC 6901 §4: the names on a path. */
function segmentsOf(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const withoutPrototype = (members: Members): Members => Object.assign(Object.create(null) as Members, members);

/** Whether an operation could be done; an `add` of what is there replaces it. */
function applied(op: string, root: Members, path: readonly string[], value: unknown): boolean {
  let parent: unknown = root;
  for (const name of path.slice(0, -1)) {
    if (Array.isArray(parent)) parent = parent[indexIn(name, parent.length) ?? -1];
    else if (isObject(parent) && Object.hasOwn(parent, name)) parent = parent[name];
    else return false;
  }
  const last = path.at(-1) ?? '';
  const of: unknown = structuredCopy(value);
  if (Array.isArray(parent)) {
    if (op === 'add' && last === '-') {
      parent.push(of);
      return true;
    }
    const index = indexIn(last, parent.length + (op === 'add' ? 1 : 0));
    if (index === undefined) return false;
    parent.splice(index, op === 'add' ? 0 : 1, ...(op === 'remove' ? [] : [of]));
    return true;
  }
  if (!isObject(parent)) return false;
  if (op !== 'add' && !Object.hasOwn(parent, last)) return false;
  if (op === 'remove') Reflect.deleteProperty(parent, last);
  // Not set: to set a member is more than to have it, for a name that objects know.
  else Object.defineProperty(parent, last, { value: of, writable: true, enumerable: true, configurable: true });
  return true;
}

/** A value that operations after it may change; numbers as they are written stay so. */
function structuredCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCopy);
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, structuredCopy(one)]));
}

function indexIn(name: string, length: number): number | undefined {
  return /^(?:0|[1-9]\d{0,5})$/.test(name) && Number(name) < length ? Number(name) : undefined;
}
