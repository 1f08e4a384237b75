import { isDeepStrictEqual } from 'node:util';
import type { Db } from 'mongodb';
import type { Dropped } from '../../../shared/domain/hook-finding.ts';
import {
  MAX_STATIC_CLAIMS,
  MAX_STATIC_CLAIMS_BYTES,
  metadataNamed,
  StaticClaims,
  TEMPLATE_BEGIN,
} from '../../../shared/domain/static-claims.ts';
import { refusalOfClaim } from '../../../shared/hook-result/refusal-of-claim.ts';
import { tenantIn } from '../../../shared/store/tenant.ts';
import { invalidBody } from './api-error.ts';
import { isStorable } from './loose.ts';

/** Of a name that the sender chose, as much as a message tells. */
const MAX_TOLD_NAME_LENGTH = 100;

/** hookmint's own: claims of all tokens of an API, a client or a grant, held to the rules for claims of hooks. `null` and `{}` are none. */
export const claims = StaticClaims.superRefine((given, context) => {
  for (const { message, path } of refusalsOf(given)) context.addIssue({ code: 'custom', message, path });
})
  .nullable()
  .optional();

/** What is over a bound is not looked at further. */
function refusalsOf(given: StaticClaims): { message: string; path: string[] }[] {
  const entries = Object.entries(given);
  if (entries.length > MAX_STATIC_CLAIMS) {
    return [{ message: `must be at most ${String(MAX_STATIC_CLAIMS)} claims`, path: [] }];
  }
  if (Buffer.byteLength(JSON.stringify(given)) > MAX_STATIC_CLAIMS_BYTES) {
    return [{ message: `must have at most ${String(MAX_STATIC_CLAIMS_BYTES)} bytes as JSON`, path: [] }];
  }
  return entries.flatMap(([name, value]) => {
    const message = WHY_NOT[refusalOfClaim(name, 'relaxed') ?? ''] ?? whyNotValue(value);
    return message === undefined ? [] : [{ message, path: [name] }];
  });
}

const WHY_NOT: Readonly<Record<string, string>> = {
  reserved: "is the issuer's to say; choose another name",
  vendor_namespace: "is in a namespace of Auth0; choose a name in one of yours, such as 'https://example.com/plan'",
  unsafe_characters: 'has characters in its name that cannot be seen, or half a surrogate pair',
  not_normalized: 'has a name that is not in Unicode normalization form C, so that another may look the same',
} satisfies Partial<Record<Dropped['reason'], string>>;

function whyNotValue(value: unknown): string | undefined {
  if (!isStorable(value)) return 'is nested too deeply, or has a member whose name is not allowed';
  if (metadataNamed(value) !== undefined) return undefined;
  return whyNotPart(value);
}

/** Of a value that is not nested too deeply. */
function whyNotPart(part: unknown): string | undefined {
  if (typeof part === 'number' && !isExact(part)) {
    return 'has a number that others read as another one; send it as text';
  }
  if (typeof part === 'string') {
    if (!part.isWellFormed()) return 'has half a surrogate pair in it';
    if (part.includes(TEMPLATE_BEGIN)) return "has '{{' in it: only a whole value can be '{{client.metadata.NAME}}'";
  }
  if (typeof part !== 'object' || part === null) return undefined;
  for (const [name, member] of Object.entries(part)) {
    // MongoDB's library reads some of these names as types of its own.
    if (name.startsWith('$') || !name.isWellFormed()) return 'has a member whose name is not allowed';
    const why = whyNotPart(member);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Whether readers of JSON agree about it (RFC 7493 §2.2). */
const isExact = (number: number): boolean =>
  Number.isFinite(number) && !Object.is(number, -0) && (!Number.isInteger(number) || Number.isSafeInteger(number));

/**
 * The claims of an API, client or grant after a change: those that are sent take the place of all that were there.
 *
 * @throws {ApiError} 400 for a name that the tenant's policy allows no hook. Tools send back all that they were shown: what was there stays.
 */
export async function claimsAfter(
  sent: StaticClaims | null | undefined,
  present: StaticClaims | null,
  { db }: { db: Db },
): Promise<StaticClaims | null> {
  if (sent === undefined || isDeepStrictEqual(sent, present)) return present;
  if (sent === null || Object.keys(sent).length === 0) return null;
  const { custom_claims: policy } = await tenantIn(db).settings();
  const refused = Object.keys(sent).find((name) => refusalOfClaim(name, policy) !== undefined);
  if (refused === undefined) return sent;
  throw invalidBody(
    `'must have an http(s) URL as its name, or the custom_claims of the tenant be relaxed' on property claims.${refused.slice(0, MAX_TOLD_NAME_LENGTH)}.`,
  );
}
