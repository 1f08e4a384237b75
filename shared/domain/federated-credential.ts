import { z } from 'zod';

/** Longest issuer, subject, audience or value of a claim, characters. */
const MAX_LENGTH = 512;

/** Most of each that a client may name. */
export const MAX_FEDERATED_CREDENTIALS = 20;
const MAX_AUDIENCES = 10;
const MAX_CLAIMS = 10;

/** Segments that a pattern must say in full before its first `*`: `repo:acme/*`, `system:serviceaccount:*`, `spiffe://example.org/*`. */
const MIN_FIXED_SEGMENTS = 2;

const text = z.string().min(1).max(MAX_LENGTH);

const NAME = /^[^\0]{1,128}$/;

/** What a token of a trusted issuer must say. */
export const credentialMembers = {
  issuer: text,
  subject: text.optional(),
  /** `*` stands for a segment, or a part of one, between `:` and `/`. */
  subject_pattern: text
    .refine(isSubjectPattern, 'must have a * in a segment, one at most, and two segments without before the first')
    .optional(),
  /** Absent: the issuer of hookmint, or its token endpoint. */
  audiences: z.array(text).min(1).max(MAX_AUDIENCES).optional(),
  /** Claims of the top level that are these texts. */
  claims: z
    .record(z.string().regex(NAME), z.string().max(MAX_LENGTH))
    .refine((claims) => Object.keys(claims).length <= MAX_CLAIMS, `must have at most ${String(MAX_CLAIMS)} members`)
    .optional(),
};

/** Which tokens of a trusted issuer authenticate a client (RFC 7523 §2.2): all of it must hold. */
export const FederatedCredential = z
  .strictObject(credentialMembers)
  .refine(
    ({ subject, subject_pattern }) => (subject === undefined) !== (subject_pattern === undefined),
    'must have either subject or subject_pattern',
  );
export type FederatedCredential = z.infer<typeof FederatedCredential>;

/** What a token of an issuer says, as far as a credential asks. */
type Told = { issuer: string; subject: string; aud: readonly string[]; claims: Readonly<Record<string, unknown>> };

type Condition = z.infer<z.ZodObject<typeof credentialMembers>>;

/** @param ownAudiences Values of `aud` that mean this service, for credentials that name none. */
export const isMeantBy = (credential: FederatedCredential, told: Told, ownAudiences: readonly string[]): boolean =>
  isOfSubject(credential, told.subject) && agrees(credential, told, ownAudiences);

/** Whether a token is of the subject that is named; of none where none is. */
export const isOfSubject = (
  { subject, subject_pattern }: Pick<Condition, 'subject' | 'subject_pattern'>,
  told: string,
): boolean => (subject === undefined ? isOfPattern(told, subject_pattern ?? '') : subject === told);

/** Whether all but the subject is as it must be. */
export function agrees(condition: Condition, told: Told, ownAudiences: readonly string[]): boolean {
  const { issuer, audiences = ownAudiences, claims = {} } = condition;
  return (
    issuer === told.issuer &&
    // A token that is for others too could be shown here by one of them.
    told.aud.length > 0 &&
    told.aud.every((one) => audiences.includes(one)) &&
    Object.entries(claims).every(([name, value]) => Object.hasOwn(told.claims, name) && told.claims[name] === value)
  );
}

/** With the delimiters, so that `a:b` is none of `a/*`. */
const segmentsOf = (value: string): string[] => value.split(/([:/])/);

function isSubjectPattern(pattern: string): boolean {
  const segments = segmentsOf(pattern);
  const first = segments.findIndex((segment) => segment.includes('*'));
  const fixed = segments.slice(0, first).filter((segment) => segment !== '' && !/^[:/]$/.test(segment));
  return first >= 0 && fixed.length >= MIN_FIXED_SEGMENTS && segments.every((one) => one.split('*').length <= 2);
}

/** Segment by segment, so that a `*` never reaches into the next, and in a time that grows with the text alone. */
function isOfPattern(subject: string, pattern: string): boolean {
  const [told, wanted] = [segmentsOf(subject), segmentsOf(pattern)];
  if (!isSubjectPattern(pattern) || told.length !== wanted.length) return false;
  return wanted.every((segment, at) => {
    const one = told[at] ?? '';
    const [before = '', after] = segment.split('*');
    if (after === undefined) return one === segment;
    return one.length > before.length + after.length && one.startsWith(before) && one.endsWith(after);
  });
}
