import { REDACTED, type RecordedInput } from '../../../shared/domain/recorded-input.ts';
import type { RecordingSettings } from '../../../shared/domain/recording.ts';

/** Members that are credentials whoever sends them, as {@link plain} has names: hooks may see them, recordings never have them. */
const CREDENTIALS = [
  'accesstoken',
  'actortoken',
  'apikey',
  'assertion',
  'authorization',
  'clientassertion',
  'clientsecret',
  'code',
  'codeverifier',
  'devicecode',
  'idtoken',
  'password',
  'privatekey',
  'refreshtoken',
  'secret',
  'subjecttoken',
  'token',
  'xapikey',
];

/** A shorter value is looked for under its name alone: it would be found in words that have nothing to do with it. */
const SHORTEST_LOOKED_FOR = 8;
/** A longer value is looked for by as many of its first characters; what follows them in a text goes with them. */
const LONGEST_LOOKED_FOR = 64;
/** Each is looked for in the whole input: who sends more of them is not recorded. */
const MAX_LOOKED_FOR = 64;
/** Characters of values by characters of texts: what a search compares at the worst, some 7 ms. */
const MAX_COMPARED = 10_000_000;

export type RedactRules = Pick<RecordingSettings, 'redact_body' | 'redact_metadata' | 'redact_claims'>;

/**
 * What is recorded of an input: values of named members are not, nor credentials, nor the same values where they are elsewhere in what the
 * client, its configuration or others have written.
 *
 * @param claimsOfMetadata Entries of metadata by the claims that are made of them.
 * @returns `undefined` for one that is not recorded.
 */
export function redactInput(
  input: RecordedInput,
  rules: RedactRules,
  claimsOfMetadata: ReadonlyMap<string, string>,
): RecordedInput | undefined {
  const hidden = new Set<string>();
  const metadata = plainNames(rules.redact_metadata);
  const claims = plainNames(rules.redact_claims);
  const ofMetadata = [...claimsOfMetadata]
    .filter(([, name]) => metadata.has(plain(name)))
    .map(([claim]) => plain(claim));
  const withClaims = <T extends { claims: Record<string, unknown> }>(one: T | undefined): T | undefined =>
    one === undefined ? undefined : { ...one, claims: withoutNamed(one.claims, claims, hidden) };
  const named: RecordedInput = {
    ...input,
    client: { ...input.client, metadata: withoutNamed(input.client.metadata, metadata, hidden) },
    custom_claims: withoutNamed(input.custom_claims, new Set([...claims, ...ofMetadata]), hidden),
    client_assertion: withClaims(input.client_assertion),
    subject: withClaims(input.subject),
    actor: withClaims(input.actor),
    body: withoutNamed(input.body, plainNames(rules.redact_body), hidden),
  };
  if (hidden.size === 0) return named;
  const values = [...hidden].sort((a, b) => b.length - a.length);
  const isTooMuch = values.length > MAX_LOOKED_FOR || comparedAtMost(values, named) > MAX_COMPARED;
  return isTooMuch ? undefined : withoutValues(named, values);
}

/** Of names that differ in case, `-` and `_` alone one. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '');

const plainNames = (names: readonly string[]): Set<string> => new Set([...CREDENTIALS, ...names.map(plain)]);

function comparedAtMost(values: readonly string[], input: RecordedInput): number {
  const characters = values.reduce((sum, { length }) => sum + Math.min(length, LONGEST_LOOKED_FOR), 0);
  return characters * JSON.stringify(input).length;
}

/** @param hidden Is told the texts of what was left out. */
function withoutNamed<T extends Record<string, unknown>>(value: T, names: ReadonlySet<string>, hidden: Set<string>): T {
  const visit = (one: unknown): unknown => {
    if (typeof one !== 'object' || one === null) return one;
    if (Array.isArray(one)) return one.map(visit);
    return Object.fromEntries(
      Object.entries(one).map(([name, member]) => {
        if (!names.has(plain(name))) return [name, visit(member)];
        hide(member, hidden);
        return [name, REDACTED];
      }),
    );
  };
  return visit(value) as T;
}

function hide(value: unknown, hidden: Set<string>): void {
  if (typeof value === 'string' || typeof value === 'number') {
    if (String(value).length >= SHORTEST_LOOKED_FOR) hidden.add(String(value));
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) hide(member, hidden);
  }
}

/** What has a fixed form stays as it is: who asked for what, and by which means. */
function withoutValues(input: RecordedInput, values: readonly string[]): RecordedInput {
  const ofText = (text: string): string => values.reduce(withoutValue, text);
  const visit = (one: unknown): unknown => {
    if (typeof one === 'string') return ofText(one);
    if (typeof one === 'number') return values.includes(String(one)) ? REDACTED : one;
    if (typeof one !== 'object' || one === null) return one;
    if (Array.isArray(one)) return one.map(visit);
    return Object.fromEntries(Object.entries(one).map(([name, member]) => [ofText(name), visit(member)]));
  };
  const free = <T>(one: T): T => visit(one) as T;
  const ofOther = <T extends { subject: string; claims: Record<string, unknown> }>(
    one: T | undefined,
  ): T | undefined =>
    one === undefined ? undefined : { ...one, subject: ofText(one.subject), claims: free(one.claims) };
  const { client, request } = input;
  const { hostname, language, user_agent, requested_scopes } = request;
  return {
    ...input,
    client: { ...client, name: ofText(client.name), metadata: free(client.metadata) },
    custom_claims: free(input.custom_claims),
    client_assertion: ofOther(input.client_assertion),
    subject: ofOther(input.subject),
    actor: ofOther(input.actor),
    body: free(input.body),
    request: { ...request, ...free({ hostname, language, user_agent, requested_scopes }) },
  };
}

function withoutValue(text: string, value: string): string {
  if (value.length <= LONGEST_LOOKED_FOR) return text.replaceAll(value, REDACTED);
  const at = text.indexOf(value.slice(0, LONGEST_LOOKED_FOR));
  return at === -1 ? text : text.slice(0, at) + REDACTED;
}
