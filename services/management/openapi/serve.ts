import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RequestHandler } from 'express';
import type { Route } from '../api/route.ts';
import { openapiDocument } from './document.ts';

type Encoded = { plain: Buffer; gzipped: Buffer };

/** `GET /openapi.json`, for everybody: it says nothing that the source does not. Made once, when first asked for. */
export function openapiRoute(routes: readonly Route[], issuer: string): RequestHandler {
  let made: Promise<Encoded> | undefined;
  return async (request, response) => {
    made ??= encode(JSON.stringify(openapiDocument(routes, issuer)));
    const { plain, gzipped } = await made;
    const takesGzip = request.acceptsEncodings('gzip') === 'gzip';
    response.set({ 'Cache-Control': 'public, max-age=300', Vary: 'Accept-Encoding' }).type('application/json');
    if (takesGzip) response.set('Content-Encoding', 'gzip');
    response.send(takesGzip ? gzipped : plain);
  };
}

async function encode(text: string): Promise<Encoded> {
  const plain = Buffer.from(text);
  return { plain, gzipped: await promisify(gzip)(plain) };
}
