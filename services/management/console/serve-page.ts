import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Request, RequestHandler, Response } from 'express';
import { inexistent } from '../api/api-error.ts';
import type { ConsoleAddress } from './console-address.ts';
import { setPageHeaders } from './page-headers.ts';

/** What console/build.ts writes. */
const BUILT = fileURLToPath(new URL('../../../console/dist/', import.meta.url));

/** With the hash of what is in it. */
const ASSET = /^[\w-]+-[A-Z0-9]{8}\.(?:js|css|svg)$/;
const A_YEAR_MS = 365 * 86_400_000;

/** Under `npm start` the console is built when tokens can be had already; nobody else builds it. */
const NOT_BUILT = `There is no built console here.

After npm start it is being built, and this page shows it in some seconds. If the terminal said that it could not be built, or if
hookmint was started in another way, this builds it, in the folder of hookmint:

    node console/build.ts

An image of deploy/Dockerfile has it already. Meanwhile tokens and the Management API are as always.
`;
const NOT_BUILT_RETRY_SECONDS = '2';

/** `/console/assets/…`: scripts and styles, never the page. */
export const serveAsset: RequestHandler = (request, response, next) => {
  const name = String(request.params.name);
  if (!ASSET.test(name)) throw inexistent('path', 'not_found');
  response.removeHeader('Cache-Control');
  const isCompressed = request.acceptsEncodings('gzip') === 'gzip';
  if (isCompressed) response.set('Content-Encoding', 'gzip');
  response.set('Vary', 'Accept-Encoding').type(name.slice(name.lastIndexOf('.')));
  const options = {
    root: `${BUILT}assets`,
    maxAge: A_YEAR_MS,
    immutable: true,
    lastModified: false,
    acceptRanges: false,
  };
  response.sendFile(isCompressed ? `${name}.gz` : name, options, (error: unknown) => {
    if (error === undefined || response.headersSent) return;
    response.removeHeader('Content-Encoding');
    response.set('Cache-Control', 'no-store');
    next(inexistent('path', 'not_found'));
  });
};

/** Every other address below `/console/` is the page, which knows them. */
export const servePage =
  ({ path }: ConsoleAddress) =>
  async (_request: Request, response: Response): Promise<void> => {
    const nonce = setPageHeaders(response);
    const page = await readFile(`${BUILT}index.html`, 'utf8').catch(unlessMissing);
    if (page === undefined) {
      response.set('Refresh', NOT_BUILT_RETRY_SECONDS).status(503).type('text/plain').send(NOT_BUILT);
      return;
    }
    response.type('html').send(page.replaceAll('{nonce}', nonce).replaceAll('{path}', path));
  };

function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
