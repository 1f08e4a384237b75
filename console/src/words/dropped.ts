import type { DryRun } from '../api/programs.ts';

export type Dropped = DryRun['dropped'][number];

/** Why a claim, scope or assignment is not in the token, and what would bring it there; a sentence for each reason of the API. */
export const DROPPED: Readonly<Record<Dropped['reason'], { why: string; remedy: string }>> = {
  reserved: { why: 'reserved for the issuer', remedy: 'Use a name of your own, such as https://example.com/name.' },
  not_namespaced: {
    why: 'no namespace',
    remedy: 'Give it a URL in front, or set custom claims to "relaxed" for the tenant.',
  },
  vendor_namespace: { why: 'a namespace of the vendor', remedy: 'Use a namespace of your own.' },
  unsafe_characters: {
    why: 'a name with characters that no claim may have',
    remedy: 'Use letters, digits and the marks of a URL.',
  },
  not_normalized: {
    why: 'a URL that is not written as URLs are',
    remedy: 'Write it with a lower-case host and without "..".',
  },
  not_carried: {
    why: 'a value that JSON does not carry',
    remedy: 'Use a text, a number that keeps its digits, true, false, null, a list or an object.',
  },
  invalid_scope_token: {
    why: 'no scope (RFC 6749 §3.3)',
    remedy: 'A scope is printable ASCII without spaces, quotes and backslashes.',
  },
  not_an_array_of_strings: { why: 'no list of texts', remedy: 'Set scope to a list of texts.' },
  contract: {
    why: 'not for code to set, where this code was written for',
    remedy: 'It was not in the token there either.',
  },
  not_granted: {
    why: 'a scope beyond what a token for somebody else may have',
    remedy: 'Grant it to the client, and have it asked for.',
  },
  not_supported: { why: 'asked for, but hookmint has no such thing', remedy: 'The token is without it.' },
  assigned: { why: 'assigned, which does nothing', remedy: 'Call the method of the API instead.' },
};
