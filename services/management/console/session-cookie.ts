import type { Request, Response } from 'express';
import { sessionKeyOf } from '../../../shared/store/console-sessions.ts';
import type { ConsoleAddress } from './console-address.ts';

/** As browsers separate cookies (RFC 6265 §4.2.1). Other spaces are of a name: a neighbour on the domain may set one that begins with them, and `__Host-` after. */
const SEPARATOR = /; */;

/** The value of a cookie; `undefined` for none, or for two, of which one is somebody else's. */
export function cookieOf(request: Request, name: string): string | undefined {
  const values = (request.headers.cookie ?? '')
    .split(SEPARATOR)
    .filter((cookie) => cookie.startsWith(`${name}=`))
    .map((cookie) => cookie.slice(name.length + 1));
  const [value, another] = values;
  return another === undefined ? value : undefined;
}

/** The token in the cookie of a session. */
export function sessionToken(request: Request, { cookieName }: ConsoleAddress): string | undefined {
  const value = cookieOf(request, cookieName);
  return value !== undefined && TOKEN.test(value) ? value : undefined;
}

/** The key of the session that the cookie of a request stands for. */
export function sessionKey(request: Request, address: ConsoleAddress): string | undefined {
  const token = sessionToken(request, address);
  return token === undefined ? undefined : sessionKeyOf(token);
}

/** 32 bytes, base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Until the browser is closed, or the server says that the session is over. */
export function setSessionCookie(response: Response, token: string, { cookieName, isTls }: ConsoleAddress): void {
  response.cookie(cookieName, token, { httpOnly: true, secure: isTls, sameSite: 'strict', path: '/' });
}

export function clearSessionCookie(response: Response, { cookieName, isTls }: ConsoleAddress): void {
  response.clearCookie(cookieName, { httpOnly: true, secure: isTls, sameSite: 'strict', path: '/' });
}
