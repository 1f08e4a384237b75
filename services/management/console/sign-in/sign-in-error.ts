/** Why somebody was not signed in by the provider. The page has the words for people (`console/src/words/sign-in.ts`). */
export const SIGN_IN_CODES = [
  /** The answer is to no question of this browser, or to one of more than ten minutes ago. */
  'console_sign_in_expired',
  /** The provider, or the person there, said no. */
  'console_sign_in_refused',
  /** What the provider answered does not hold. */
  'console_sign_in_failed',
  'console_provider_unavailable',
  /** Known to the provider, but no value of the roles' claim gives anything here. */
  'console_no_role',
  'console_needs_tls',
  'too_many_requests',
] as const;
export type SignInCode = (typeof SIGN_IN_CODES)[number];

export class SignInError extends Error {
  override readonly name = 'SignInError';
  readonly code: SignInCode;

  constructor(code: SignInCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
