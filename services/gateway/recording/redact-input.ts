import { REDACTED, type RecordedInput } from '../../../shared/domain/recorded-input.ts';
import type { RecordingSettings } from '../../../shared/domain/recording.ts';

/** Members of a body that are credentials whoever sends them, in small letters: hooks may see them, recordings never have them. */
const CREDENTIALS = [
  'access_token',
  'actor_token',
  'api_key',
  'apikey',
  'assertion',
  'authorization',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'id_token',
  'password',
  'refresh_token',
  'secret',
  'subject_token',
  'token',
];

/** A shorter value is looked for under its name alone: it would be found in words that have nothing to do with it. */
const SHORTEST_LOOKED_FOR = 8;
/** Each is looked for in the whole input: who sends more of them is not recorded. */
const MAX_LOOKED_FOR = 64;

export type RedactRules = Pick<RecordingSettings, 'redact_body' | 'redact_metadata' | 'redact_claims'>;

/**
 * What is recorded of an input: values of named members are not, nor credentials, nor the same values where they are elsewhere in it.
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
  const body = smallNames([...CREDENTIALS, ...rules.redact_body]);
  const metadata = smallNames(rules.redact_metadata);
  const claims = smallNames(rules.redact_claims);
  const ofMetadata = smallNames(
    [...claimsOfMetadata].filter(([, name]) => metadata.has(name.toLowerCase())).map(([claim]) => claim),
  );
  const withClaims = <T extends { claims: Record<string, unknown> }>(one: T | undefined): T | undefined =>
    one === undefined ? undefined : { ...one, claims: withoutNamed(one.claims, claims, hidden) };
  const named: RecordedInput = {
    ...input,
    client: { ...input.client, metadata: withoutNamed(input.client.metadata, metadata, hidden) },
    custom_claims: withoutNamed(input.custom_claims, new Set([...claims, ...ofMetadata]), hidden),
    client_assertion: withClaims(input.client_assertion),
    subject: withClaims(input.subject),
    actor: withClaims(input.actor),
    body: withoutNamed(input.body, body, hidden),
  };
  if (hidden.size === 0) return named;
  if (hidden.size > MAX_LOOKED_FOR) return undefined;
  const values = [...hidden].sort((a, b) => b.length - a.length);
  const { client, audience, token, ...rest } = named;
  return {
    ...(withoutValues(rest, values) as typeof rest),
    audience,
    token,
    client: { ...client, metadata: withoutValues(client.metadata, values) as typeof client.metadata },
  };
}

const smallNames = (names: readonly string[]): Set<string> => new Set(names.map((name) => name.toLowerCase()));

/** @param hidden Is told the texts of what was left out. */
function withoutNamed<T extends Record<string, unknown>>(value: T, names: ReadonlySet<string>, hidden: Set<string>): T {
  const visit = (one: unknown): unknown => {
    if (typeof one !== 'object' || one === null) return one;
    if (Array.isArray(one)) return one.map(visit);
    return Object.fromEntries(
      Object.entries(one).map(([name, member]) => {
        if (!names.has(name.toLowerCase())) return [name, visit(member)];
        hide(member, hidden);
        return [name, REDACTED];
      }),
    );
  };
  return names.size === 0 ? value : (visit(value) as T);
}

function hide(value: unknown, hidden: Set<string>): void {
  if (typeof value === 'string' || typeof value === 'number') {
    if (String(value).length >= SHORTEST_LOOKED_FOR) hidden.add(String(value));
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) hide(member, hidden);
  }
}

function withoutValues(value: unknown, values: readonly string[]): unknown {
  const inText = (text: string): string => values.reduce((left, hidden) => left.replaceAll(hidden, REDACTED), text);
  const visit = (one: unknown): unknown => {
    if (typeof one === 'string') return inText(one);
    if (typeof one === 'number') return values.includes(String(one)) ? REDACTED : one;
    if (typeof one !== 'object' || one === null) return one;
    if (Array.isArray(one)) return one.map(visit);
    return Object.fromEntries(Object.entries(one).map(([name, member]) => [inText(name), visit(member)]));
  };
  return visit(value);
}
