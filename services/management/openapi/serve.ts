import type { RequestHandler } from 'express';
import type { Route } from '../api/route.ts';
import { openapiDocument } from './document.ts';

/** `GET /openapi.json`, for everybody: it says nothing that the source does not. Made once, when first asked for. */
export function openapiRoute(routes: readonly Route[], issuer: string): RequestHandler {
  let text: string | undefined;
  return (_request, response) => {
    text ??= JSON.stringify(openapiDocument(routes, issuer));
    response.set('Cache-Control', 'public, max-age=300').type('application/json').send(text);
  };
}
