/** Why somebody was not signed in by the provider, and what to do about it, by the server's code. */
export const SIGN_IN_FAILURES: ReadonlyMap<string, string> = new Map([
  [
    'console_sign_in_expired',
    'The answer of the provider came too late, a second time, or for another tab of this browser. Sign in again.',
  ],
  ['console_sign_in_refused', 'The provider refused to sign you in.'],
  [
    'console_sign_in_failed',
    'The answer of the provider does not hold. The log of the management service has the reason.',
  ],
  ['console_provider_unavailable', 'The provider cannot be reached. A link still signs in.'],
  [
    'console_no_role',
    'The provider knows you, but none of your roles there gives you anything here. Ask whoever runs hookmint for one (HOOKMINT_CONSOLE_ROLES).',
  ],
  ['console_needs_tls', 'The console signs in over HTTPS only, or on the machine that it runs on.'],
  ['too_many_requests', 'Too many tries from this address; wait a minute.'],
]);
