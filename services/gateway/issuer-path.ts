import type { NextFunction, Request, Response } from 'express';

/** The path of an issuer without the slash at its end: `/auth` of `https://example.com/auth/`; empty for one without. */
export function issuerPathOf(issuer: string): string {
  return new URL(issuer).pathname.replace(/\/$/, '');
}

/** A request's target as a path, also where it was sent as a whole URL, which every server must take (RFC 9112 §3.2.2). Its host counts for nothing. */
export function originForm(url: string | undefined): string | undefined {
  return url === undefined || url.startsWith('/')
    ? url
    : url.replace(/^https?:\/\/[^/?#]+/i, '').replace(/^(?!\/)/, '/');
}

/** A request's target as it is below the issuer's path; a proxy in front may have taken the path off already. */
export function belowIssuer(url: string | undefined, issuerPath: string): string | undefined {
  return issuerPath !== '' && url?.startsWith(`${issuerPath}/`) === true ? url.slice(issuerPath.length) : url;
}

/** RFC 8414 §3.1: `/.well-known/NAME` is put before the issuer's path; OpenID Connect Discovery §4 puts it behind. */
export function metadataPathsOf(name: string, issuerPath: string): string[] {
  const path = `/.well-known/${name}`;
  return issuerPath === '' ? [path] : [path, `${path}${issuerPath}`, `${path}${issuerPath}/`];
}

/** For what any page may read (CORS): it is public, and no credentials are looked at. */
export function readableFromAnywhere(_request: Request, response: Response, next: NextFunction): void {
  response.set({ 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' });
  next();
}
