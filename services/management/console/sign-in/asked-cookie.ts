import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ConsoleAddress } from '../console-address.ts';
import { cookieOf } from '../session-cookie.ts';

/** Who takes longer at the provider begins again. */
const LIFETIME_MS = 600_000;

const random = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/**
 * What binds the provider's answer to this browser; where the person wanted to go, a path of the console; and the key of the session that was there:
 * its own cookie does not come back from another site.
 */
const Kept = z.strictObject({
  state: random,
  nonce: random,
  codeVerifier: random,
  to: z.string().max(1_024),
  replacedKey: random.optional(),
});
export type Kept = z.infer<typeof Kept>;

const nameOf = ({ cookieName }: ConsoleAddress): string => `${cookieName}-sign-in`;

/** `Lax`: it comes back from the provider, another site. Scripts do not see it, and its values hold for one answer. */
const optionsOf = ({ isTls }: ConsoleAddress) =>
  ({ httpOnly: true, secure: isTls, sameSite: 'lax', path: '/' }) as const;

export function setAskedCookie(response: Response, kept: Kept, address: ConsoleAddress): void {
  const value = Buffer.from(JSON.stringify(kept)).toString('base64url');
  response.cookie(nameOf(address), value, { ...optionsOf(address), maxAge: LIFETIME_MS });
}

/** What was kept; `undefined` for nothing, for two, or for what is none of ours. Whatever it was, it is used up. */
export function takeAskedCookie(request: Request, response: Response, address: ConsoleAddress): Kept | undefined {
  const value = cookieOf(request, nameOf(address));
  response.clearCookie(nameOf(address), optionsOf(address));
  try {
    return Kept.safeParse(JSON.parse(Buffer.from(value ?? '', 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
