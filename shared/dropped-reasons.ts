import type { Dropped } from './domain/hook-finding.ts';

/** Why something of a hook's was dropped, for its author. */
export const DROPPED_REASONS: Record<Dropped['reason'], string> = {
  reserved: 'the name is reserved for the issuer',
  not_namespaced: 'the name is not an http(s) URL, which this tenant requires',
  vendor_namespace: 'the name belongs to Auth0',
  unsafe_characters: 'the name has control, format or bidi characters, or half a surrogate pair',
  not_normalized: 'the name is not in Unicode normalization form C',
  not_carried: 'JSON cannot carry the value unchanged: NaN, Infinity, -0, too many digits, half a surrogate pair',
  assigned: 'the assignment has no effect; the console output names the call to use',
  contract: 'the system that the code was written for lets none set it',
  not_supported: 'hookmint has no such thing',
  not_granted: 'a token for somebody else has no scopes beyond those that were granted and asked for',
  invalid_scope_token: 'it has characters that are not allowed in a scope (RFC 6749 section 3.3)',
  not_an_array_of_strings: 'scope is not an array of strings; the token has no scopes',
};
